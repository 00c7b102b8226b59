"""Rows repeated for the cells around their positions, and the sky in bands cut into bins, as engine SQL.

A cell is at least four radii high and four radii wide, so the surroundings of a position (all within the
radius of it) touch at most two bands and in each of them two bins: four cells. Around the poles a band has
one bin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from . import pixels
from .pixels import Placed
from .values import number_sql, quoted

__all__ = ["Around", "Way", "cell", "number_of", "spread"]

_LEAST_HEIGHT = 15 / 3600
"""Degrees: of smaller cells there would be more than positions."""
_SLACK = 1e-9
"""Degrees, wider than any rounding."""


@dataclass(frozen=True)
class Around:
    """All cells that the surroundings of a position touch: its coordinates and the radius, degrees.

    With an order they are HEALPix cells (`pixels.py`), else those of bands.
    """

    lon: str
    lat: str
    radius: float
    order: int | None = None


Way = Around | str
"""How a row is found: in the cells around it, or by a whole number as engine SQL."""


def number_of(column: str) -> str:
    """Return the column that says by which of several ways a row stands there."""
    return f"{column}_way"


def cell(lon: str, lat: str, radius: float) -> str:
    """Return the number of the cell in which a position lies; none if it has no value."""
    height = _height(radius)
    high, margin = number_sql(height), number_sql(height / 2 + 2 * radius + _SLACK)
    band = f"floor(({lat} + 90) / {high})"
    # A band has as many bins as it can have where it is nearest to a pole, its surroundings included.
    edge = f"(abs(({band} + 0.5e0) * {high} - 90) + {margin})"
    wide = f"cos(radians(CASE WHEN {edge} > 90 THEN 90e0 ELSE {edge} END)) * {number_sql(360 / height)}"
    bins = f"floor(CASE WHEN {wide} > 1 THEN {wide} ELSE 1e0 END)"
    # Just west of right ascension 0 the turn is rounded to 1: the last factor keeps it below.
    turn = f"({lon} / 360e0 - floor({lon} / 360e0)) * 0.999999999999999e0"
    return f"TRY_CAST({band} * {math.ceil(360 / height) + 2} + floor({turn} * {bins}) AS BIGINT)"


def spread(sql: str, alias: str, column: str, ways: Sequence[Way]) -> str:
    """Return a source with its rows repeated, once for each cell or number by which they are found.

    Parameters
    ----------
    sql
        The source, called `alias` (quoted already).
    column
        The column that gets the cell or number; of several ways, another gets the way's.
    ways
        By what rows are found.
    """
    steps: list[str] = []
    keys: list[str] = []
    numbers: list[str] = []
    lists: list[tuple[str, str]] = []
    for number, way in enumerate(ways):
        placed = _placed(way, f"{column}_{number}")
        steps = [", ".join(filter(None, both)) for both in zip_longest(steps, map(", ".join, placed.steps))]
        keys += placed.keys
        numbers += [str(number)] * len(placed.keys)
        if placed.listed:
            lists.append((placed.listed, f"list_transform({placed.listed}, lambda way_a: {number})"))
    rows = sql
    for place, step in enumerate(steps):
        # What is quoted is made here; the positions and the source have been written by this package.
        rows = f"(SELECT {'*' if place else f'{alias}.*'}, {step} FROM {rows})"  # noqa: S608
    repeated = f"unnest({_together(keys, [one for one, _ in lists])}) AS {quoted(column)}"
    if len(ways) > 1:
        way = _together(numbers, [one for _, one in lists])
        repeated += f", unnest({way}) AS {quoted(number_of(column))}"
    return f"(SELECT *, {repeated} FROM {rows})"  # noqa: S608


def _together(known: Sequence[str], lists: Sequence[str]) -> str:
    """Return a list of some values and of those of lists."""
    every = [f"[{', '.join(known)}]", *lists] if known else [*lists]
    return every[0] if len(every) == 1 else f"list_concat({', '.join(every)})"


def _placed(way: Way, name: str) -> Placed:
    if not isinstance(way, Around):
        return Placed(((f"{way} AS {quoted(name)}",),), keys=(quoted(name),))
    if way.order is None:
        return _surroundings(way, name)
    return pixels.touched(way.lon, way.lat, radius=way.radius, order=way.order, name=name)


def _surroundings(around: Around, name: str) -> Placed:
    """Return what is computed of a position: coordinates, half a width, the cells of four corners."""
    reach = number_sql(around.radius + _SLACK)
    lon, lat, half, a, b, c, d = (
        quoted(f"{name}_{part}") for part in ("lon", "lat", "half", "a", "b", "c", "d")
    )
    sine = number_sql(math.sin(math.radians(around.radius + _SLACK)))
    width = (
        f"CASE WHEN abs({lat}) + {reach} >= 90 THEN 90e0"
        f" ELSE degrees(asin({sine} / cos(radians({lat})))) + {number_sql(_SLACK)} END"
    )
    ends = [(f"({lon} {side} {half})", f"({lat} {end} {reach})") for end in "-+" for side in "-+"]
    corners = tuple(
        f"{cell(*end, around.radius)} AS {corner}" for end, corner in zip(ends, (a, b, c, d), strict=True)
    )
    touched = (
        a,
        f"CASE WHEN {b} <> {a} THEN {b} END",
        f"CASE WHEN {c} <> {a} THEN {c} END",
        f"CASE WHEN {d} <> {b} AND {d} <> {c} THEN {d} END",
    )
    placed = f"{around.lon} AS {lon}", f"{around.lat} AS {lat}"
    return Placed((placed, (f"{width} AS {half}",), corners), keys=touched)


def _height(radius: float) -> float:
    return max(4 * radius, _LEAST_HEIGHT)
