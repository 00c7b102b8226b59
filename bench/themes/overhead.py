"""What the archive itself adds to a query: parsing, checking, planning."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.engine.plan import Planner
from astrohub_archive.models import Column, HatsTable, Partition, Schema, Table
from astrohub_archive.settings import Limits
from measuring import Contest
from subject import Subject

__all__ = ["contests"]

_OURS = "ours"
_WIDE = 300
_PROGRAM = Path(__file__).parents[1] / "many_partitions.py"


def contests(subject: Subject) -> list[Contest]:
    """Return all of them; there is no limit to any: what has to be done is done by nobody else."""
    schema = Schema(subject.table.schema, (subject.table,))
    near = f"CONTAINS(POINT({subject.storage.ra_column}, {subject.storage.dec_column}), CIRCLE(%r, %r, 0.1))"

    def cone(number: int) -> str:
        one = subject.sample(number)
        return subject.query(subject.columns, "1 = " + near % (one.ra + number / 7, one.dec))

    wide = _wide_table()
    names = ", ".join(f"t.{column.name}" for column in wide.columns)
    return [
        _planning("overhead, a cone, 9 columns", Catalog([schema]), cone),
        _planning(
            f"overhead, {_WIDE} columns",
            Catalog([Schema("wide", (wide,))]),
            lambda number: f"SELECT {names} FROM wide.table AS t WHERE t.c0 > {number}",
        ),
        _many_partitions(),
    ]


def _planning(name: str, catalog: Catalog, query: Callable[[int], str]) -> Contest:
    limits, planner = Limits(), Planner()

    def work(number: int) -> bool:
        return bool(planner.plan(understand(query(number), catalog, limits)).sql)

    return Contest(name, {_OURS: work}, reference=_OURS)


def _wide_table() -> Table:
    root = Path("/nowhere")
    columns = tuple(Column(f"c{number}", "double", unit="mag") for number in range(_WIDE))
    partitions = (Partition(0, 0, root / "Npix=0.parquet", 1, 1),)
    return Table("wide", "table", columns, HatsTable(root, "c0", "c1", partitions))


def _many_partitions() -> Contest:
    """Return a contest whose note tells of a program of its own; the time is the program's."""
    contest = Contest("overhead, 49,152 partitions", {}, reference=_OURS, most=1)

    def work(_: int) -> bool:
        done = subprocess.run([sys.executable, str(_PROGRAM)], capture_output=True, text=True, check=True)
        said = json.loads(done.stdout)
        contest.notes[_OURS] = (
            f"one plan {said['median_s'] * 1000:.2f} ms, process {said['resident_mb']:.0f} MB; "
            "the time is the program's"
        )
        return True

    contest.contenders[_OURS] = work
    return contest
