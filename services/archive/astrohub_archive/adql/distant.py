"""Which regions are far from a known place, told from the range of their numbers alone.

Taking a region apart costs more than all else (`outlines.py`); of most rows of a table it need not be done.
"""

from __future__ import annotations

import math

from .values import number_sql

__all__ = ["is_distant"]

_SLACK = 1e-6
"""Degrees, wider than any rounding here."""


def is_distant(numbers: str, lon: float, lat: float, radius: float) -> str:
    """Return a condition that is true only if a region has nothing in common with a circle of numbers.

    Parameters
    ----------
    numbers
        The region as engine SQL of a list; what is no region is never distant.
    lon, lat, radius
        The circle in degrees.
    """
    reach = radius + _SLACK
    count = f"len({numbers})"
    usable = f"list_count({numbers}) = {count} AND isfinite(list_sum({numbers}))"
    polygon = f"{count} >= 6 AND {count} % 2 = 0 AND ({_apart(numbers, lon, lat, reach)})"
    around = f"(CASE WHEN {count} = 3 THEN {numbers}[3] ELSE 0e0 END)"
    away = f"{_distance(numbers, lon, lat)} > {around} + {number_sql(reach)}"
    circle = f"{count} < 4 AND {around} >= 0 AND {away}"
    return f"(CASE WHEN {usable} THEN ({polygon}) OR ({circle}) ELSE FALSE END)"


def _apart(numbers: str, lon: float, lat: float, reach: float) -> str:
    """Return whether the ranges of a polygon's coordinates are beside those of a circle."""
    lons, lats = f"{numbers}[1:-:2]", f"{numbers}[2:-:2]"
    high, low = f"list_max({lats})", f"list_min({lats})"
    span = f"(list_max({lons}) - list_min({lons}))"
    # Great circles bulge towards the pole, the more the longer they are.
    bulge = f"cos(radians({span} / 2))"
    top = f"CASE WHEN {high} > 0 THEN degrees(atan(tan(radians({high})) / {bulge})) ELSE {high} END"
    bottom = f"CASE WHEN {low} < 0 THEN degrees(atan(tan(radians({low})) / {bulge})) ELSE {low} END"
    beside = f"{top} < {number_sql(lat - reach)} OR {bottom} > {number_sql(lat + reach)}"
    if abs(lat) + reach < 89:
        half = math.degrees(math.asin(math.sin(math.radians(reach)) / math.cos(math.radians(lat)))) + _SLACK
        ahead = f"((list_max({lons}) + list_min({lons})) / 2 - {number_sql(lon)})"
        turned = f"abs({ahead} - 360 * round({ahead} / 360))"
        beside += f" OR {turned} > {span} / 2 + {number_sql(half)}"
    # Coordinates that reach around half the sky may mean either side of it.
    return f"{span} < 170 AND ({beside})"


def _distance(numbers: str, lon: float, lat: float) -> str:
    """Return the distance of the first two numbers from a place, in degrees."""
    haversine = (
        f"(pow(sin(radians({numbers}[2] - {number_sql(lat)}) / 2), 2) + cos(radians({numbers}[2]))"
        f" * {number_sql(math.cos(math.radians(lat)))}"
        f" * pow(sin(radians({numbers}[1] - {number_sql(lon)}) / 2), 2))"
    )
    return f"degrees(2 * asin(sqrt(CASE WHEN {haversine} > 1e0 THEN 1e0 ELSE {haversine} END)))"
