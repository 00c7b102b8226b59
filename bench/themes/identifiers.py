"""Rows by their identifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import Contest
from subject import Ask, Subject, as_arrow, as_rows

__all__ = ["contests"]


_MANY = 10_000


def contests(subject: Subject) -> list[Contest]:
    """Return all of them."""
    many = [_many(subject, "of one field", _of_a_field), _many(subject, "of all the sky", _of_the_sky)]
    return [_one(subject), *many]


def _one(subject: Subject) -> Contest:
    files = [subject.limit.file_of(one.cell) for one in subject.samples]

    def limit(number: int) -> list[dict[str, object]]:
        one = subject.sample(number)
        return subject.limit.by_identifier(
            subject.columns, files[number % len(files)], one.identifier, one.cell
        )

    def ours(ask: Ask) -> Callable[[int], list[dict[str, object]]]:
        def work(number: int) -> list[dict[str, object]]:
            wanted = f"{subject.identifier} = {subject.sample(number).identifier}"
            return as_rows(ask(subject.query(subject.columns, wanted), "arrow"))

        return work

    contest = subject.contest("identifier", limit, ours)
    if subject.server is not None:
        contest.contenders["PostgreSQL, B-tree"] = lambda number: _b_tree(subject, number)
    return contest


def _b_tree(subject: Subject, number: int) -> list[dict[str, object]]:
    assert subject.server is not None
    query = f"SELECT {subject.columns} FROM object WHERE {subject.identifier} = %s"
    found = subject.server.execute(query, (subject.sample(number).identifier,))
    kinds = {column.name: column.datatype for column in subject.table.columns}
    names = subject.columns.split(", ")
    return [
        {
            name: float(np.float32(value)) if kinds[name] == "float" else value
            for name, value in zip(names, row, strict=True)
        }
        for row in found
    ]


def _many(subject: Subject, where: str, choose: Callable[[Subject], pa.Table]) -> Contest:
    """Return a contest for many identifiers; the limit is told the cells and the files of each."""
    rows = choose(subject)
    identifiers = rows[subject.identifier].to_pylist()
    listed = ", ".join(map(str, identifiers))
    cells = sorted(rows["_healpix_29"].to_pylist())
    files = sorted({file for cell in cells for file in subject.limit.file_of(cell)})
    known = f"_healpix_29 IN ({', '.join(map(str, cells))})"

    def limit(_: int) -> int:
        wanted = f"{known} AND {subject.identifier} IN ({listed})"
        return subject.limit.rows(subject.columns, files, wanted).num_rows

    def ours(ask: Ask) -> Callable[[int], int]:
        query = subject.query(subject.columns, f"{subject.identifier} IN ({listed})")
        return lambda _: as_arrow(ask(query, "arrow")).num_rows

    contest = replace(subject.contest(f"identifiers, {len(rows):,} {where}", limit, ours), most=3)
    if subject.server is not None:
        query = f"SELECT {subject.columns} FROM object WHERE {subject.identifier} = ANY(%s)"
        server = subject.server
        contest.contenders["PostgreSQL, B-tree"] = lambda _: len(server.execute(query, (identifiers,)))
    return contest


def _of_a_field(subject: Subject) -> pa.Table:
    """Return rows that lie close to each other."""
    around = subject.samples[0].cell
    found = []
    for one in sorted(
        subject.storage.partitions, key=lambda one: abs((one.npix << 58 - 2 * one.norder) - around)
    ):
        found.append(_places(subject, str(one.path)))
        if sum(map(len, found)) >= _MANY:
            break
    return pa.concat_tables(found).slice(0, _MANY)


def _of_the_sky(subject: Subject) -> pa.Table:
    """Return rows from everywhere."""
    random = np.random.default_rng(11)
    chosen = np.sort(random.choice(len(subject.storage.partitions), _MANY))
    numbers, counts = np.unique(chosen, return_counts=True)
    found = []
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        rows = _places(subject, str(subject.storage.partitions[number].path))
        found.append(rows.take(random.choice(len(rows), min(count, len(rows)), replace=False)))
    return pa.concat_tables(found)


def _places(subject: Subject, path: str) -> pa.Table:
    return pq.ParquetFile(path).read(columns=[subject.identifier, "_healpix_29"])
