"""Queries that were answered wrongly once, as small as they could be made, with their answers."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["QUERIES"]

_NAN = math.nan
_FIRST = 2**53 + 1

QUERIES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a wide box around longitude 0": (
        "SELECT id FROM star WHERE 1 = CONTAINS(POINT(ra, dec), BOX(0.0, 0.0, 60.0, 30.0))",
        [(_FIRST + 2 * n,) for n in (4, 5, 6)],
    ),
    "a position that is NaN and a box": (
        "SELECT k FROM odd WHERE 1 = CONTAINS(POINT(lon, lat), BOX(180.0, 0.0, 0.5, 0.25))",
        [],
    ),
    "a longitude that is NaN and a convex polygon": (
        "SELECT k FROM odd WHERE 1 = INTERSECTS(POINT(lon, lat), POLYGON(176, 9, 184, 9, 184, 11, 176, 11))",
        [],
    ),
    "a longitude that is NaN and a polygon of many corners around the south pole": (
        "SELECT k FROM odd WHERE 1 = CONTAINS(POINT(lon, lat), POLYGON("
        + ", ".join(f"{lon}, {-80 if lon % 60 else -60}" for lon in range(0, 360, 30))
        + "))",
        [(0,), (1,)],
    ),
    "the distance from nowhere": (
        "SELECT DISTANCE(lon, lat, 10, 20) FROM odd WHERE k IN (4, 9, 14)",
        [(None,), (_NAN,), (_NAN,)],
    ),
    "NaN beside the bounds in a file's footer": (
        "SELECT id FROM star WHERE plx > 50 AND hip < 9",
        [(_FIRST + 2 * n,) for n in (1, 7, 11, 17)],
    ),
    "the largest value where one is NaN": ("SELECT MAX(Val) FROM odd WHERE 'a' LIKE 'a'", [(_NAN,)]),
    "NaN among the partners of a join": (
        "SELECT COUNT(*) FROM star AS s JOIN odd AS o ON s.plx = o.lon WHERE s.plx > 1",
        [(6,)],
    ),
    "a text that is NULL beside one that is not": (
        "SELECT COUNT(*), COUNT(band) FROM obs WHERE band IS NULL",
        [(12, 0)],
    ),
    "a text that is not other than NULL": ("SELECT COUNT(*) FROM obs WHERE NOT band IS NOT NULL", [(12,)]),
    "texts of a group that are the same in all rows": (
        "SELECT ivo_string_agg('a', '-') FROM odd WHERE k < 3",
        [("a-a-a",)],
    ),
    "an order by what is the same in all rows": (
        "SELECT k FROM odd WHERE k < 2 ORDER BY AREA(POLYGON(1, 1, 2, 1, 2, 2)), k",
        [(0,), (1,)],
    ),
}
