"""Epochs of one object, and of the objects of a region, out of the table `large.epoch`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow.parquet as pq
from astrohub_archive.models import HatsTable, Table
from limit import Limit
from measuring import Contest
from subject import Ask, Subject, as_arrow

__all__ = ["contests"]

_COLUMNS = "mjd, band, mag"
_RADIUS = 0.1


@dataclass(frozen=True)
class _Star:
    identifier: int
    ra: float
    dec: float
    cell: int
    file: str


def contests(subject: Subject) -> list[Contest]:
    """Return all of them; none where there is no such table."""
    table = subject.epochs
    if table is None or not isinstance(table.storage, HatsTable):
        return []
    stars = _stars(table.storage, len(subject.samples))
    limit = Limit(table.storage, subject.identifier, threads=subject.threads, folder=subject.work)
    return [_one(subject, table, limit, stars), _of_a_region(subject, table, limit, stars)]


def _one(subject: Subject, table: Table, limit: Limit, stars: list[_Star]) -> Contest:
    rows = 0 if table.rows is None else table.rows

    def by_hand(number: int) -> list[float]:
        star = stars[number % len(stars)]
        where = f"_healpix_29 = {star.cell} AND object_id = {star.identifier}"
        return sorted(limit.rows(_COLUMNS, [star.file], where)["mjd"].to_pylist())

    def ours(ask: Ask) -> Callable[[int], list[float]]:
        def work(number: int) -> list[float]:
            wanted = f"object_id = {stars[number % len(stars)].identifier}"
            query = f"SELECT {_COLUMNS} FROM {table.qualified_name} WHERE {wanted}"
            return sorted(as_arrow(ask(query, "arrow"))["mjd"].to_pylist())

        return work

    contest = subject.contest(f"epochs of one of {rows // 400:,}", by_hand, ours)
    if subject.server is not None:
        server = subject.server
        contest.contenders["PostgreSQL, B-tree"] = lambda number: sorted(
            row[0]
            for row in server.execute(
                f"SELECT {_COLUMNS} FROM epoch WHERE object_id = %s",
                (stars[number % len(stars)].identifier,),
            )
        )
    return contest


def _of_a_region(subject: Subject, table: Table, limit: Limit, stars: list[_Star]) -> Contest:
    """Join the objects of a cone to their epochs; the limit knows the files of both."""
    objects = [subject.limit.cone_files(star.ra, star.dec, _RADIUS) for star in stars]
    epochs = [limit.cone_files(star.ra, star.dec, _RADIUS) for star in stars]

    def by_hand(number: int) -> list[tuple[int, float]]:
        star, (files, cells) = stars[number % len(stars)], epochs[number % len(stars)]
        inside = subject.limit.cone(objects[number % len(stars)], star.ra, star.dec, _RADIUS)
        wanted = f"{cells} AND object_id IN ({', '.join(map(str, inside))})"
        rows = limit.rows("object_id, mjd", files, wanted)
        return sorted(zip(rows["object_id"].to_pylist(), rows["mjd"].to_pylist(), strict=True))

    def ours(ask: Ask) -> Callable[[int], list[tuple[int, float]]]:
        def work(number: int) -> list[tuple[int, float]]:
            star = stars[number % len(stars)]
            inside = f"CONTAINS(POINT(o.ra, o.dec), CIRCLE({star.ra!r}, {star.dec!r}, {_RADIUS}))"
            query = (
                f"SELECT e.object_id, e.mjd FROM {subject.name} AS o JOIN {table.qualified_name} AS e"
                f" ON e.object_id = o.object_id WHERE 1 = {inside}"
            )
            rows = as_arrow(ask(query, "arrow"))
            return sorted(zip(rows["object_id"].to_pylist(), rows["mjd"].to_pylist(), strict=True))

        return work

    return subject.contest("epochs of a cone's objects", by_hand, ours)


def _stars(storage: HatsTable, count: int) -> list[_Star]:
    found = []
    step = max(len(storage.partitions) // count, 1)
    for one in storage.partitions[::step][:count]:
        columns = ["object_id", "ra", "dec", "_healpix_29"]
        row = pq.ParquetFile(one.path).read_row_group(0, columns=columns).slice(0, 1).to_pylist()[0]
        found.append(_Star(row["object_id"], row["ra"], row["dec"], row["_healpix_29"], str(one.path)))
    return found
