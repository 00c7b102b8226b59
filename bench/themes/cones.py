"""Cones of three sizes, and one of rows of which a number is small as well."""

from __future__ import annotations

from collections.abc import Callable

from measuring import Contest
from subject import Ask, Subject, as_arrow

__all__ = ["contests"]

_RADII = {'cone 1"': 1 / 3600, "cone 0.1 deg": 0.1, "cone 1 deg": 1.0}


def contests(subject: Subject) -> list[Contest]:
    """Return all of them."""
    cones = [_cone(subject, name, radius) for name, radius in _RADII.items()]
    numbers = [column.name for column in subject.table.columns if column.datatype == "float"]
    if numbers:
        cones.append(_cone(subject, "cone 0.1 deg, a number", 0.1, also=f'"{numbers[0]}" < 20'))
    return cones


def _cone(subject: Subject, name: str, radius: float, *, also: str | None = None) -> Contest:
    prepared = [subject.limit.cone_files(one.ra, one.dec, radius) for one in subject.samples]
    position = f"POINT({subject.storage.ra_column}, {subject.storage.dec_column})"

    def limit(number: int) -> list[int]:
        one = subject.sample(number)
        chosen = prepared[number % len(prepared)]
        return subject.limit.cone(chosen, one.ra, one.dec, radius, also=also or "true")

    def ours(ask: Ask) -> Callable[[int], list[int]]:
        def work(number: int) -> list[int]:
            one = subject.sample(number)
            inside = f"1 = CONTAINS({position}, CIRCLE({one.ra!r}, {one.dec!r}, {radius!r}))"
            condition = f"{inside} AND {also}" if also else inside
            rows = as_arrow(ask(subject.query(subject.identifier, condition), "arrow"))
            return sorted(rows[subject.identifier].to_pylist())

        return work

    contest = subject.contest(name, limit, ours)
    if "LSDB" in subject.peers.names and subject.slow and also is None:
        contest.contenders["LSDB"] = lambda number: _lsdb(subject, number, radius)
    if subject.server is not None:
        contest.contenders["PostgreSQL, q3c"] = lambda number: _q3c(subject, number, radius, also or "true")
    return contest


def _lsdb(subject: Subject, number: int, radius: float) -> list[int]:
    one = subject.sample(number)
    found: list[int] = subject.peers.ask(
        "lsdb_cone", subject.collection, subject.identifier, one.ra, one.dec, radius
    )
    return found


def _q3c(subject: Subject, number: int, radius: float, also: str) -> list[int]:
    one = subject.sample(number)
    assert subject.server is not None
    near = f"q3c_radial_query({subject.storage.ra_column}, {subject.storage.dec_column}, %s, %s, %s)"
    query = f"SELECT {subject.identifier} FROM object WHERE {near} AND {also}"
    return sorted(found for (found,) in subject.server.execute(query, (one.ra, one.dec, radius)))
