"""Joins by position as joins by equal cells: no crossmatch compares everything with everything.

The sky is cut into bands of declination, each band into bins of right ascension. A cell is at least four
radii high and four radii wide, so the surroundings of a position (all within the radius of it) touch at
most two bands and in each of them two bins. One side of the join is put into each of these cells, at most
four times, the other one into the cell in which it lies: partners meet in exactly one cell. Around the
poles a band has one bin.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import measures, regions, shapes
from .datatypes import Type
from .scans import Scans
from .shapes import double
from .sources import Source
from .values import (
    Beside,
    Box,
    Circle,
    Near,
    Outline,
    Pairing,
    Point,
    Same,
    Shape,
    Value,
    number_sql,
    quoted,
)

__all__ = ["LATERAL", "Pairs"]

LATERAL = "LATERAL"
"""With which the engine SQL of a subquery begins that is computed for each row before it."""

_LEAST_HEIGHT = 15 / 3600
"""Degrees: of smaller cells there would be more than positions."""
_LARGEST_RADIUS = 10.0
"""Degrees: beyond it, cells would leave out little."""
_SLACK = 1e-9
"""Degrees, wider than any rounding."""
_AROUND = 1e-6
"""Degrees by which circles around regions are wider than these."""
_RANDOM = "random()"
_ALIAS = re.compile(r'"(t\d+)"\.')


@dataclass(frozen=True)
class _Spread:
    """A side of a join that is put into all cells around its positions."""

    column: str
    point: Point
    radius: float


class Pairs:
    """The pairs of sources that one query joins by position.

    Parameters
    ----------
    scans
        Where it is taken note of what the one side says about the rows of the other.
    """

    def __init__(self, scans: Scans) -> None:
        self._scans = scans
        self._spreads: dict[str, list[_Spread]] = {}
        self._surroundings: dict[str, list[tuple[str, str]]] = {}
        self._count = 0

    def conditions(self, pairings: Iterable[Pairing], bound: Sequence[Source]) -> list[str]:
        """Return what can be added to a condition of a join, or of WHERE, without changing its rows.

        Parameters
        ----------
        pairings
            What follows from the condition.
        bound
            The tables and subqueries whose rows do not stay without a partner.
        """
        written = []
        for pairing in pairings:
            if isinstance(pairing, Beside):
                written += self._nearby(pairing, bound)
                continue
            self._link(pairing, bound)
            if isinstance(pairing, Near) and (condition := self._in_cells(pairing, bound)) is not None:
                written.append(condition)
        return written

    def placed(self, source: Source) -> str:
        """Return a source as it stands in FROM, spread over cells where that was asked for."""
        alias = quoted(source.alias)
        sql = f"{source.sql} AS {alias}"
        for column, circle in self._surroundings.get(source.alias, ()):
            # What is quoted is made here; the circle and the source have been written by this package.
            sql = f"(SELECT {alias}.*, {circle} AS {quoted(column)} FROM {sql}) AS {alias}"  # noqa: S608
        for spread in self._spreads.get(source.alias, ()):
            sql = f"{_spread(sql, alias, spread)} AS {alias}"
        return sql

    def _in_cells(self, near: Near, bound: Sequence[Source]) -> str | None:
        if not 0 <= near.radius <= _LARGEST_RADIUS:
            return None
        sides = ((near.first, near.second), (near.second, near.first))
        fitting = [(s, p, o) for p, o in sides if (s := _source_of(p, o, bound)) is not None]
        if not fitting:
            return None
        source, point, other = min(fitting, key=lambda found: found[0].rows or 0)
        self._count += 1
        column = f"#cell_{self._count}"
        self._spreads.setdefault(source.alias, []).append(_Spread(column, point, near.radius))
        height = _height(near.radius)
        here = _cell(double(other.lon), double(other.lat), height, near.radius)
        return f"({quoted(source.alias)}.{quoted(column)} = {here})"

    def _nearby(self, pairing: Beside, bound: Sequence[Source]) -> list[str]:
        """Return the conditions that circles around two shapes touch; none if that is no easier to tell."""
        shapes_of_rows = (pairing.first, pairing.second)
        if not any(isinstance(shape, Outline) for shape in shapes_of_rows):
            return []
        origins = [
            {alias for part in shape.parts for alias in _ALIAS.findall(part.sql)} for shape in shapes_of_rows
        ]
        if any(len(aliases) != 1 for aliases in origins) or origins[0] == origins[1]:
            return []
        circles = [self._circle(shape, bound) for shape in shapes_of_rows]
        if circles[0] is None or circles[1] is None:
            return []
        (first, one), (second, other) = circles[0], circles[1]
        # Each side of these stands for rows of one source: by such bands the engine joins without trying all.
        low, high = (
            [
                f"({double(center.lat)} {sign} ({double(radius)} + {number_sql(_AROUND)}))"
                for center, radius in ((first, one), (second, other))
            ]
            for sign in "-+"
        )
        reach = f"({double(one)} + {double(other)} + {number_sql(_AROUND)})"
        apart = f"({shapes.distance(first, second)} <= {reach})"
        return [f"({low[0]} <= {high[1]})", f"({high[0]} >= {low[1]})", apart]

    def _circle(self, shape: Shape, bound: Sequence[Source]) -> tuple[Point, Value] | None:
        """Return centre and radius of a circle that holds a shape of a row."""
        if not isinstance(shape, Outline):
            center = shape.center if isinstance(shape, (Circle, Box)) else shape
            extent = shape.radius if isinstance(shape, Circle) else _constant(regions.reach(shape))
            return (center, extent) if isinstance(center, Point) and extent is not None else None
        alias = next(iter(_ALIAS.findall(shape.numbers.sql)))
        source = next((source for source in bound if source.alias == alias), None)
        if source is None or source.sql.startswith(LATERAL) or _RANDOM in shape.numbers.sql:
            return None
        self._count += 1
        column = f"#around_{self._count}"
        self._surroundings.setdefault(alias, []).append((column, measures.surroundings(shape.numbers.sql)))
        sql = f"{quoted(alias)}.{quoted(column)}"
        lon, lat, radius = (Value(f"{sql}[{place}]", Type.DOUBLE) for place in (1, 2, 3))
        return Point(lon, lat), radius

    def _link(self, pairing: Near | Same, bound: Sequence[Source]) -> None:
        """Take note that rows of a bound scan matter only beside rows of the other scan that matter."""
        if isinstance(pairing, Near):
            first, second = pairing.first.lon.read, pairing.second.lon.read
            known = self._scans.is_position(first, pairing.first.lat.read)
            if not (known and self._scans.is_position(second, pairing.second.lat.read)):
                return
            radius: float | None = pairing.radius
        else:
            first, second, radius = pairing.first, pairing.second, None
        assert first is not None
        assert second is not None
        scans = {source.scan for source in bound}
        for one, other in ((first, second), (second, first)):
            if other.scan in scans:
                self._scans.link(one, other, radius)


def _constant(number: float | None) -> Value | None:
    return None if number is None else Value(number_sql(number), Type.DOUBLE, constant=number)


def _source_of(point: Point, other: Point, sources: Sequence[Source]) -> Source | None:
    """Return the one source that a position comes from, if the other one is of something else."""
    known, others = _aliases(point), _aliases(other)
    if len(known) != 1 or not others or known & others or _RANDOM in point.lon.sql + point.lat.sql:
        return None
    found = next((source for source in sources if source.alias in known), None)
    return None if found is None or found.sql.startswith(LATERAL) else found


def _aliases(point: Point) -> set[str]:
    return set(_ALIAS.findall(point.lon.sql)) | set(_ALIAS.findall(point.lat.sql))


def _height(radius: float) -> float:
    return max(4 * radius, _LEAST_HEIGHT)


def _cell(lon: str, lat: str, height: float, radius: float) -> str:
    """Return the number of the cell in which a position lies; none if it has no value."""
    high, margin = number_sql(height), number_sql(height / 2 + 2 * radius + _SLACK)
    band = f"floor(({lat} + 90) / {high})"
    # A band has as many bins as it can have where it is nearest to a pole, its surroundings included.
    edge = f"(abs(({band} + 0.5e0) * {high} - 90) + {margin})"
    wide = f"cos(radians(CASE WHEN {edge} > 90 THEN 90e0 ELSE {edge} END)) * {number_sql(360 / height)}"
    bins = f"floor(CASE WHEN {wide} > 1 THEN {wide} ELSE 1e0 END)"
    # Just west of right ascension 0 the turn is rounded to 1: the last factor keeps it below.
    turn = f"({lon} / 360e0 - floor({lon} / 360e0)) * 0.999999999999999e0"
    return f"TRY_CAST({band} * {math.ceil(360 / height) + 2} + floor({turn} * {bins}) AS BIGINT)"


def _spread(sql: str, alias: str, spread: _Spread) -> str:
    """Return a source with its rows repeated: once for each cell that a position's surroundings touch."""
    height, reach = _height(spread.radius), number_sql(spread.radius + _SLACK)
    lon, lat, half, *corners = (
        quoted(f"{spread.column}_{part}") for part in ("lon", "lat", "half", "a", "b", "c", "d")
    )
    sine = number_sql(math.sin(math.radians(spread.radius + _SLACK)))
    width = (
        f"CASE WHEN abs({lat}) + {reach} >= 90 THEN 90e0"
        f" ELSE degrees(asin({sine} / cos(radians({lat})))) + {number_sql(_SLACK)} END"
    )
    ends = [(f"({lon} {side} {half})", f"({lat} {end} {reach})") for end in "-+" for side in "-+"]
    cells = ", ".join(
        f"{_cell(*end, height, spread.radius)} AS {name}" for end, name in zip(ends, corners, strict=True)
    )
    a, b, c, d = corners
    touched = (
        f"[{a}, CASE WHEN {b} <> {a} THEN {b} END, CASE WHEN {c} <> {a} THEN {c} END,"
        f" CASE WHEN {d} <> {b} AND {d} <> {c} THEN {d} END]"
    )
    # What is quoted is made here; the position and the source have been written by this package.
    placed = f"SELECT {alias}.*, {double(spread.point.lon)} AS {lon}, {double(spread.point.lat)} AS {lat}"
    inner = f"SELECT *, {cells} FROM (SELECT *, {width} AS {half} FROM ({placed} FROM {sql}))"  # noqa: S608
    return f"(SELECT *, unnest({touched}) AS {quoted(spread.column)} FROM ({inner}))"  # noqa: S608
