"""The subject of the benchmark: one table, who answers queries of it, and where to look in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.models import HatsTable, Table
from limit import Limit
from measuring import Contest
from ours import EnginePool, HttpArchive
from peers import Peers
from postgres import PostgreSQL

__all__ = ["EXPORT_COLUMNS", "Ask", "Ours", "Sample", "Subject", "as_arrow", "as_rows"]

EXPORT_COLUMNS = 9
"""Columns of the table that are asked for where several are."""

Ask = Callable[[str, str], bytes]
"""Answers an ADQL query in a format."""

Ours = EnginePool | HttpArchive


@dataclass(frozen=True)
class Sample:
    """One row of the table: its identifier, position (degrees) and order 29 cell."""

    identifier: int
    ra: float
    dec: float
    cell: int


class Subject:
    """One table and those who answer queries of it.

    Parameters
    ----------
    table
        A table with positions and an index.
    limit
        The limit.
    ours
        By name, what answers an ADQL query in a format.
    pool, archive
        The engine's pool and the running archive among them.
    work
        For what a contender has to write.
    places
        How many different places and identifiers are asked for.
    threads
        Of every engine.
    slow
        Whether contenders that take long take part.
    peers
        Other engines over the same files.
    server
        PostgreSQL, filled with the table, if it takes part.
    public
        The folder of published catalogues.
    epochs
        The table of epochs, if there is one.
    uploads
        Files that a query of the engine finds as tables, by the name of their contest.
    """

    def __init__(
        self,
        table: Table,
        limit: Limit,
        ours: dict[str, Ours],
        *,
        pool: EnginePool | None = None,
        archive: HttpArchive | None = None,
        work: Path,
        places: int,
        threads: int,
        slow: bool,
        peers: Peers,
        server: PostgreSQL | None,
        public: Path,
        epochs: Table | None,
        uploads: dict[str, Path],
    ) -> None:
        assert isinstance(table.storage, HatsTable)
        self.table = table
        self.storage = table.storage
        self.identifier = next(iter(table.storage.indexes))
        self.limit = limit
        self.ours = ours
        self.pool = pool
        self.archive = archive
        self.work = work
        self.threads = threads
        self.slow = slow
        self.peers = peers
        self.server = server
        self.public = public
        self.epochs = epochs
        self.uploads = uploads
        self.samples = _samples(table.storage, self.identifier, places)

    @property
    def name(self) -> str:
        """Return the table's name."""
        return self.table.qualified_name

    @property
    def collection(self) -> str:
        """Return the folder of the table's HATS collection."""
        return str(self.storage.root.parent)

    @property
    def columns(self) -> str:
        """Return the columns that are asked for where several are."""
        return ", ".join([column.name for column in self.table.columns][:EXPORT_COLUMNS])

    def sample(self, number: int) -> Sample:
        """Return the row that a repetition looks for."""
        return self.samples[number % len(self.samples)]

    def many_samples(self, count: int) -> list[Sample]:
        """Return rows from all over the sky: so many that hardly one of them is looked for twice."""
        return _samples(self.storage, self.identifier, count)

    def query(self, columns: str, where: str) -> str:
        """Return a query of some rows."""
        return f"SELECT {columns} FROM {self.name} WHERE {where}"

    def contest(
        self, name: str, limit: Callable[[int], Any], ours: Callable[[Ask], Callable[[int], Any]]
    ) -> Contest:
        """Return a contest of the limit with all of ours."""
        return Contest(name, {"limit": limit, **{who: ours(one.ask) for who, one in self.ours.items()}})


def _samples(storage: HatsTable, identifier: str, count: int) -> list[Sample]:
    """Return some rows from partitions all over the sky."""
    random = np.random.default_rng(7)
    chosen = random.choice(len(storage.partitions), count, replace=len(storage.partitions) < count)
    found = []
    for number in chosen:
        columns = [identifier, storage.ra_column, storage.dec_column, "_healpix_29"]
        rows = pq.ParquetFile(storage.partitions[number].path).read(columns=columns)
        row = rows.slice(int(random.integers(len(rows))), 1).to_pylist()[0]
        found.append(Sample(*(row[column] for column in columns)))
    return found


def as_arrow(content: bytes) -> pa.Table:
    """Return an answer in Arrow as a table."""
    return pa.ipc.open_stream(content).read_all()


def as_rows(content: bytes) -> list[dict[str, object]]:
    """Return an answer in Arrow as rows."""
    found: list[dict[str, object]] = as_arrow(content).to_pylist()
    return found
