"""The limit: DuckDB in this process, given the right files by hand, and bare writers."""

from __future__ import annotations

import math
import socket
import threading
from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import astropy.units as u
import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astrohub_archive.formats.parquet_file import GROUP_ROWS, write_options
from astrohub_archive.models import HatsTable
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested

__all__ = ["Limit"]

_ORDER = 29


class Limit:
    """What the engine can do when nobody has to understand, plan, or pass anything on.

    Parameters
    ----------
    storage
        Where the rows lie.
    identifier
        The column of the identifier.
    threads
        As many as the archive's worker has.
    folder
        For what is written.
    """

    def __init__(self, storage: HatsTable, identifier: str, *, threads: int, folder: Path) -> None:
        self._engine = duckdb.connect(config={"threads": threads})
        self._engine.execute("SET parquet_metadata_cache = true")
        self._storage = storage
        self._identifier = identifier
        self._folder = folder
        self._files = [str(one.path) for one in storage.partitions]
        begins = sorted((one.npix << 2 * (_ORDER - one.norder), str(one.path)) for one in storage.partitions)
        self._starts = [start for start, _ in begins]
        self._in_order = [path for _, path in begins]

    def apart(self) -> Limit:
        """Return the same limit for another thread: one engine, a connection of its own."""
        other = copy(self)
        other._engine = self._engine.cursor()
        return other

    def rows(self, columns: str, files: list[str], where: str) -> pa.Table:
        """Return rows of some files."""
        source = f"read_parquet({files!r}, hive_partitioning = false)"
        return self._engine.sql(f"SELECT {columns} FROM {source} WHERE {where}").to_arrow_table()

    def cone_files(self, ra: float, dec: float, radius: float) -> tuple[list[str], str]:
        """Return the files that a cone touches and the condition on cells; not part of what is timed."""
        deepest = max(2, min(20, math.ceil(math.log2(100 / radius))))
        cells, orders, _ = nested.cone_search(
            Longitude(ra, u.deg), Latitude(dec, u.deg), radius * u.deg, depth=deepest
        )
        shifts = 2 * (_ORDER - np.asarray(orders, dtype=np.int64))
        starts = np.asarray(cells, dtype=np.int64) << shifts
        stops = starts + (np.int64(1) << shifts)
        files = []
        for one in self._storage.partitions:
            shift = 2 * (_ORDER - one.norder)
            begin, end = one.npix << shift, (one.npix + 1) << shift
            if ((starts < end) & (stops > begin)).any():
                files.append(str(one.path))
        return files, f"_healpix_29 BETWEEN {starts.min()} AND {stops.max() - 1}"

    def cone(
        self, prepared: tuple[list[str], str], ra: float, dec: float, radius: float, *, also: str = "true"
    ) -> list[int]:
        """Return the identifiers in a cone of rows for which something else is true as well."""
        files, cells = prepared
        ra0, dec0, ra_column, dec_column = (
            math.radians(ra),
            math.radians(dec),
            self._storage.ra_column,
            self._storage.dec_column,
        )
        across = (
            f"cos(radians({dec_column})) * {math.cos(dec0)!r} * sin((radians({ra_column}) - {ra0!r}) / 2) ^ 2"
        )
        haversine = f"sin((radians({dec_column}) - {dec0!r}) / 2) ^ 2 + {across}"
        where = f"{cells} AND {haversine} <= {math.sin(math.radians(radius) / 2) ** 2!r} AND {also}"
        return sorted(self.rows(self._identifier, files, where)[self._identifier].to_pylist())

    def file_of(self, cell: int) -> list[str]:
        """Return the file in which a cell lies; not part of what is timed."""
        return [self._in_order[bisect_right(self._starts, cell) - 1]]

    def by_identifier(self, columns: str, files: list[str], value: int, cell: int) -> list[dict[str, object]]:
        """Return the rows of an identifier, whose file and cell are known."""
        where = f"_healpix_29 = {cell} AND {self._identifier} = {value}"
        found: list[dict[str, object]] = self.rows(columns, files, where).to_pylist()
        return found

    def crossmatch(self, upload: str, shift: int, radius: float) -> pa.Table:
        """Return pairs of uploaded rows, each told for the cells around it, and rows of the whole table."""
        ra, dec = self._storage.ra_column, self._storage.dec_column
        haversine = (
            f"sin(radians(o.{dec} - u.dec) / 2) ^ 2 + cos(radians(o.{dec})) * cos(radians(u.dec))"
            f" * sin(radians(o.{ra} - u.ra) / 2) ^ 2"
        )
        source = f"read_parquet({self._files!r}, hive_partitioning = false)"
        return self._engine.sql(
            f"SELECT u.n, o.{self._identifier} FROM {source} o"
            f" JOIN '{upload}' u ON o._healpix_29 >> {shift} = u.cell"
            f" WHERE {haversine} <= {math.sin(math.radians(radius) / 2) ** 2!r}"
        ).to_arrow_table()

    def scan(self, aggregate: str, where: str) -> list[dict[str, object]]:
        """Read all files."""
        found: list[dict[str, object]] = self.rows(aggregate, self._files, where).to_pylist()
        return found

    def reader(self, columns: str) -> pa.RecordBatchReader:
        """Return all rows as they come."""
        source = f"read_parquet({self._files!r}, hive_partitioning = false)"
        return self._engine.sql(f"SELECT {columns} FROM {source}").to_arrow_reader(65_536)

    def export_arrow(self, columns: str) -> bytes:
        """Write DuckDB's batches as Arrow IPC into a socket, and read them at its other end."""
        ours, theirs = socket.socketpair()
        received: list[bytes] = []

        def read() -> None:
            while piece := theirs.recv(1024 * 1024):
                received.append(piece)

        thread = threading.Thread(target=read)
        thread.start()
        reader = self.reader(columns)
        with ours.makefile("wb") as sink, pa.ipc.new_stream(sink, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)
        ours.shutdown(socket.SHUT_WR)
        thread.join()
        ours.close()
        theirs.close()
        return b"".join(received)

    def export_csv(self, columns: str) -> Path:
        """Let DuckDB write CSV."""
        path = self._folder / "limit.csv"
        source = f"read_parquet({self._files!r}, hive_partitioning = false)"
        self._engine.execute(f"COPY (SELECT {columns} FROM {source}) TO '{path}' (FORMAT csv, HEADER)")
        return path

    def export_parquet(self, columns: str, *, alike: bool) -> Path:
        """Let pyarrow write the same batches as Parquet: like ours, or with its own encodings and groups."""
        path = self._folder / "limit.parquet"
        reader = self.reader(columns)
        options = write_options(reader.schema) if alike else {"compression": "zstd"}
        with pq.ParquetWriter(path, reader.schema, **options) as writer:
            for rows in _groups(reader) if alike else reader:
                writer.write(rows)
        return path


def _groups(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Put batches together to row groups like those of an answer."""
    waiting: list[pa.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        if sum(map(len, waiting)) >= GROUP_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)
