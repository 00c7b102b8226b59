"""Areas, centres and surroundings of regions whose numbers only the engine knows, as engine SQL."""

from __future__ import annotations

import math

from .outlines import bound, outline
from .values import number_sql

__all__ = ["area", "center", "surroundings"]

_SQUARE_DEGREES = number_sql(math.degrees(1.0) ** 2)


def area(numbers: str) -> str:
    """Return the area of a region, given as a list of numbers, in square degrees."""
    half = "sin(radians(CASE WHEN geo_r.r > 180 THEN 180e0 ELSE geo_r.r END) / 2)"
    triangle = (
        "2 * atan2(array_inner_product(geo_r.v[1], geo_e.n), 1 + array_inner_product(geo_r.v[1], geo_e.a)"
        " + array_inner_product(geo_e.a, geo_e.b) + array_inner_product(geo_e.b, geo_r.v[1]))"
    )
    polygon = f"abs(list_sum(list_transform(geo_r.e, lambda geo_e: {triangle})))"
    circle = f"4 * pi() * {half} * {half}"
    sized = f"(CASE WHEN geo_r.is_wide THEN {polygon} ELSE {circle} END) * {_SQUARE_DEGREES}"
    return bound("geo_r", outline(numbers), sized)


def center(numbers: str) -> str:
    """Return the centre of gravity of a region as a list of two numbers, in degrees.

    That of a polygon without an inside is NULL.
    """
    turn = "atan2(geo_e.l, array_inner_product(geo_e.a, geo_e.b)) / geo_e.l"
    axes = ", ".join(
        "list_sum(list_transform(geo_r.e, lambda geo_e:"
        f" CASE WHEN geo_e.l > 0 THEN geo_e.n[{axis}] * {turn} ELSE 0e0 END))"
        for axis in (1, 2, 3)
    )
    toward = "CASE WHEN array_inner_product(geo_g, geo_r.m) < 0 THEN -1 ELSE 1 END"
    x, y, z = (f"geo_g[{axis}] * ({toward})" for axis in (1, 2, 3))
    place = (
        f"[degrees(atan2({y}, {x})) - 360 * floor(degrees(atan2({y}, {x})) / 360),"
        f" degrees(atan2({z}, sqrt(pow(geo_g[1], 2) + pow(geo_g[2], 2))))]"
    )
    found = bound(
        "geo_g",
        f"array_value({axes})",
        f"CASE WHEN array_inner_product(geo_g, geo_g) > {number_sql(1e-36)} THEN {place} END",
    )
    polygon = f"CASE WHEN len(geo_c) > 4 THEN {found} ELSE geo_c[1:2] END"
    whole = f"CASE WHEN geo_r IS NOT NULL THEN {polygon} END"
    return bound("geo_c", numbers, bound("geo_r", outline("geo_c"), whole))


def surroundings(numbers: str) -> str:
    """Return a circle that holds a region, as a list of its centre and radius in degrees."""
    circle = "[degrees(atan2(geo_r.m[2], geo_r.m[1])), degrees(asin(geo_r.m[3])), geo_r.s]"
    known = f"CASE WHEN abs(geo_r.m[3]) <= 1 AND len(geo_r.v) > 0 THEN {circle} END"
    return bound("geo_r", outline(numbers), known)
