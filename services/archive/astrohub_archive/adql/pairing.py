"""Joins by position as joins by equal cells: no crossmatch compares everything with everything.

One side of the join is put into all cells around its positions, the other one into the cell in which it lies
(`bands.py`): partners meet in exactly one cell. Where rows belong together for one reason or another, both
sides are repeated for each reason, and partners meet for the first that holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import bands, measures, regions, shapes
from .datatypes import Type
from .meeting import meeting
from .scans import Scans
from .shapes import double
from .sources import Source
from .values import (
    Beside,
    Box,
    Circle,
    Either,
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

_LARGEST_RADIUS = 10.0
"""Degrees: beyond it, cells would leave out little."""
_AROUND = 1e-6
"""Degrees by which circles around regions are wider than these."""
_RANDOM = "random()"
_ALIAS = re.compile(r'"(t\d+)"\.')
_UNSTEADY = re.compile(r"random\(\)|\bSELECT\b")
"""What is not written twice: it may differ, or take long."""


_MOST_REASONS = 4
"""Beyond it, repeating the rows costs more than it saves."""
_MOST_REPEATED = 2
"""Joins of one query whose rows are repeated: those of each are repeated for those of the others."""


@dataclass(frozen=True)
class _Spread:
    """A side of a join that is put into all cells around its positions, for each reason to be joined."""

    column: str
    ways: tuple[bands.Way, ...]


@dataclass(frozen=True)
class _Reason:
    """One of several for which rows belong together: its condition, and what follows from it."""

    pairing: Near | Same | None
    sql: str

    @property
    def sides(self) -> list[set[str]]:
        """Return the sources that each side of it is of."""
        if isinstance(self.pairing, Near):
            return [_aliases(self.pairing.first), _aliases(self.pairing.second)]
        return [set(_ALIAS.findall(key)) for key in (self.pairing.keys if self.pairing else ())]

    def is_found(self, aliases: set[str]) -> bool:
        """Say whether it tells where the rows of two sources meet: in cells, by numbers, or all of one."""
        if isinstance(self.pairing, Near):
            return 0 <= self.pairing.radius <= _LARGEST_RADIUS
        own = set(_ALIAS.findall(self.sql))
        return self.pairing is not None or (len(own) == 1 and own < aliases)

    def ways(self, few: str, many: str, scans: Scans) -> tuple[bands.Way, bands.Way]:
        """Return how the rows of both sides are found, of the few first."""
        near = self.pairing
        if isinstance(near, Near):
            first, second = (
                (near.first, near.second) if few in _aliases(near.first) else (near.second, near.first)
            )
            return meeting(first, second, radius=near.radius, scans=scans)
        return self._number(few), self._number(many)

    def _number(self, alias: str) -> str:
        if isinstance(self.pairing, Same):
            return next(key for key in self.pairing.keys if alias in _ALIAS.findall(key))
        return f"CASE WHEN {self.sql} THEN 1 END" if alias in _ALIAS.findall(self.sql) else "1"


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
        self._repeated = 0
        self._missing: set[str] = set()
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
            if isinstance(pairing, Either):
                written += self._for_a_reason(pairing, bound)
                continue
            self._link(pairing, bound)
            if isinstance(pairing, Near) and (condition := self._in_cells(pairing, bound)) is not None:
                written.append(condition)
        return written

    def may_be_missing(self, sources: Iterable[Source]) -> None:
        """Take note that from now on rows of these are NULL beside those that an outer join keeps."""
        self._missing.update(source.alias for source in sources)

    def placed(self, source: Source) -> str:
        """Return a source as it stands in FROM, spread over cells where that was asked for."""
        alias = quoted(source.alias)
        sql = f"{source.sql} AS {alias}"
        for column, circle in self._surroundings.get(source.alias, ()):
            # What is quoted is made here; the circle and the source have been written by this package.
            sql = f"(SELECT {alias}.*, {circle} AS {quoted(column)} FROM {sql}) AS {alias}"  # noqa: S608
        for spread in self._spreads.get(source.alias, ()):
            sql = f"{bands.spread(sql, alias, spread.column, spread.ways)} AS {alias}"
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
        around, cell = meeting(point, other, radius=near.radius, scans=self._scans)
        self._spreads.setdefault(source.alias, []).append(_Spread(column, (around,)))
        return f"({quoted(source.alias)}.{quoted(column)} = {cell})"

    def _for_a_reason(self, either: Either, bound: Sequence[Source]) -> list[str]:
        """Return that partners meet for the first reason that holds; nothing where they must all be tried."""
        reasons = [_Reason(pairing, sql) for pairing, sql in either.reasons]
        if len(reasons) > _MOST_REASONS or self._repeated >= _MOST_REPEATED:
            return []
        if (sides := _two_sides(reasons, bound)) is None:
            return []
        # What is said of one of them alone may hold where the other has no row.
        is_of_one = any(reason.pairing is None for reason in reasons)
        if is_of_one and any(source.alias in self._missing for source in sides):
            return []
        few, many = sorted(sides, key=lambda source: source.rows or 0)
        self._repeated += 1
        self._count += 1
        column = f"#reason_{self._count}"
        around, here = zip(*(one.ways(few.alias, many.alias, self._scans) for one in reasons), strict=True)
        self._spreads.setdefault(few.alias, []).append(_Spread(column, around))
        self._spreads.setdefault(many.alias, []).append(_Spread(column, here))
        first, second = (f"{quoted(source.alias)}." for source in (few, many))
        place, number = quoted(column), quoted(bands.number_of(column))
        return [
            f"({first}{place} = {second}{place})",
            f"({first}{number} = {second}{number})",
            _first_that_holds(f"{first}{number}", [reason.sql for reason in reasons]),
        ]

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
        scans = {source.scan for source in bound}
        if isinstance(pairing, Near):
            self._scans.beside(pairing, scans)
            first, second = pairing.first.lon.read, pairing.second.lon.read
            known = self._scans.is_position(first, pairing.first.lat.read)
            if not (known and self._scans.is_position(second, pairing.second.lat.read)):
                return
            radius: float | None = pairing.radius
        else:
            first, second, radius = pairing.first, pairing.second, None
        assert first is not None
        assert second is not None
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


def _two_sides(reasons: Sequence[_Reason], bound: Sequence[Source]) -> list[Source] | None:
    """Return the two sources that all of these are about, if there are just two."""
    if any(_UNSTEADY.search(reason.sql) for reason in reasons):
        return None
    sides = [reason.sides for reason in reasons if reason.pairing is not None]
    if any([len(side) for side in pair] != [1, 1] or pair[0] == pair[1] for pair in sides):
        return None
    aliases = set().union(*sides[0])
    if any(set().union(*pair) != aliases for pair in sides):
        return None
    if not all(reason.is_found(aliases) for reason in reasons):
        return None
    sources = [source for source in bound if source.alias in aliases]
    fits = len(sources) == len(aliases) and not any(source.sql.startswith(LATERAL) for source in sources)
    return sources if fits else None


def _first_that_holds(number: str, conditions: Sequence[str]) -> str:
    """Return that the reason of this number holds, and none before it: so partners are found once."""
    cases = []
    for place, condition in enumerate(conditions):
        before = "".join(f" AND NOT coalesce({other}, FALSE)" for other in conditions[:place])
        cases.append(f"WHEN {place} THEN {condition}{before}")
    return f"(CASE {number} {' '.join(cases)} END)"
