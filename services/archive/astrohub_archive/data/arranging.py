"""Putting the rows of a user's table in the order in which they are found: by position, by identifiers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import ArchiveError, CatalogError, UsageError
from ..table_files.described import kept_shape, known_columns
from ..table_files.writing import write_table
from .bulk import ROW, BulkWriter, count_cells
from .healpix import index
from .loading.columns import Columns
from .loading.positions import Missing, checked_index, find_position, read_positions
from .partition import COUNT_ORDER
from .properties import HEALPIX, Layout
from .sorting import Sorter, Spool

__all__ = ["arrange"]

_ROWS_AT_ONCE = 65_536
_NAME = "rows"
_NO_LIMIT = 2**62


def arrange(task: dict[str, Any]) -> dict[str, Any]:
    """Write the rows of some files in another order.

    The task holds `sources`, `folder` (where the new files are put), `position` (two columns, or true to let
    them be found, or false), `indexes`, `unique`, `memory_mb`. What is said is the `position` and the
    `size_bytes`, or the sentence of a refusal.
    """
    folder = Path(task["folder"])
    scratch = folder.with_name(f"{folder.name}.scratch")
    scratch.mkdir()
    try:
        return _Arranging(task, scratch).run(folder)
    except ArchiveError as e:
        return {"refused": e.message}
    except MemoryError:
        return {
            "refused": f"Indexing needs more than the {task['memory_mb']:,} MB of memory that it may use."
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _Arranging:
    def __init__(self, task: dict[str, Any], scratch: Path) -> None:
        self._sources = [Path(path) for path in task["sources"]]
        self._scratch = scratch
        self._memory_mb = max(256, task["memory_mb"] // 3)
        schema = pq.read_schema(self._sources[0])
        self._schema = pa.schema([field for field in schema if field.name != HEALPIX])
        self._columns = Columns(self._schema, tuple(known_columns(self._schema)), {})
        self._position = task["position"]
        self._indexes: Sequence[str] = task["indexes"]
        self._unique: str | None = task["unique"]

    def run(self, folder: Path) -> dict[str, Any]:
        pair = self._pair()
        if pair is None:
            self._by_column(folder)
        else:
            self._by_position(pair, folder)
        files = (path for path in folder.rglob("*") if path.is_file())
        return {"position": pair, "size_bytes": sum(path.stat().st_size for path in files)}

    def _pair(self) -> tuple[str, str] | None:
        if not self._position:
            return None
        ra, dec = (None, None) if self._position is True else self._position
        try:
            return find_position(self._columns, ra, dec)
        except CatalogError as e:
            if ra is not None:
                raise
            raise UsageError(
                "No columns of positions were found, by UCD or by name; say which are right ascension and "
                f"declination, in degrees. The columns are {self._columns.listed()}."
            ) from e

    def _by_column(self, folder: Path) -> None:
        """Keep the rows in the order of a column, if any: statistics of row groups tell where a value is."""
        folder.mkdir()
        target = folder / "data.parquet"
        shape = kept_shape(self._schema)
        if not self._indexes:
            write_table(
                target, shape, (b for t in self._rows() for b in t.to_batches()), room_bytes=_NO_LIMIT
            )
            return
        column = self._columns.find(self._indexes[-1])
        with Sorter(self._scratch / "sorting", self._memory_mb) as sorter:
            self._check_unique(sorter, self._sources)
            with sorter.sorted(self._sources, self._schema.names, by=(column,)) as rows:
                write_table(target, shape, _pieces(rows.take), room_bytes=_NO_LIMIT)

    def _by_position(self, pair: tuple[str, str], folder: Path) -> None:
        indexes = tuple(checked_index(self._columns, one) for one in self._indexes)
        spool, counts = self._spooled(pair)
        with Sorter(self._scratch / "checking", self._memory_mb) as sorter:
            self._check_unique(sorter, spool.files)
        layout = Layout(_NAME, *pair, index_columns=indexes, margin_arcsec=0)
        writer = BulkWriter(
            layout, spool, counts, scratch=self._scratch, memory_mb=self._memory_mb, say=_in_silence
        )
        writer.write(folder)

    def _spooled(self, pair: tuple[str, str]) -> tuple[Spool, np.ndarray[Any, np.dtype[np.int64]]]:
        marks = [pa.field(HEALPIX, pa.int64()), pa.field(ROW, pa.int64())]
        spool = Spool(self._scratch / "rows", pa.schema([*marks, *self._schema]))
        counts = np.zeros(12 * 4**COUNT_ORDER, dtype=np.int64)
        missing = Missing()
        before = 0
        for rows in self._rows():
            ra, dec, _ = read_positions(rows, pair, missing, where="the table", before=before)
            before += rows.num_rows
            if missing.rows:
                continue  # it will be refused: the rest is only counted
            cells = index(ra, dec)
            counts += count_cells(cells)
            number = np.arange(before - rows.num_rows, before)
            spool.add(pa.table([pa.array(cells), pa.array(number), *rows.columns], schema=spool.schema))
        spool.close()
        if missing.rows:
            raise UsageError(
                f"Of {before:,} rows, {missing.sentence()}: a table is indexed by position when all of its "
                "rows have one."
            )
        return spool, counts

    def _rows(self) -> Iterator[pa.Table]:
        for path in self._sources:
            with pq.ParquetFile(path, pre_buffer=False) as file:
                for batch in file.iter_batches(_ROWS_AT_ONCE, columns=self._schema.names):
                    yield pa.Table.from_batches([batch])

    def _check_unique(self, sorter: Sorter, files: Sequence[Path]) -> None:
        if self._unique is not None and not sorter.is_unique(files, self._columns.find(self._unique)):
            raise UsageError(
                f"The column {self._unique} cannot have a unique index: a value is there twice, or missing."
            )


def _pieces(take: Any) -> Iterator[pa.RecordBatch]:
    while (rows := take(_ROWS_AT_ONCE)).num_rows:
        yield from rows.to_batches()


def _in_silence(_: str, __: int, ___: int) -> None:
    pass
