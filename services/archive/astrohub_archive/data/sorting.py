"""Sorting rows that are more than memory holds: spooled as Parquet, sorted by the engine, streamed back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import CatalogError

__all__ = ["Sorter", "Spool", "Stream"]

_ROWS_AT_ONCE = 32_768
_SPOOL_FILE_ROWS = 4_000_000


class Spool:
    """Rows put down for later, in files of one folder.

    Parameters
    ----------
    folder
        Made for the spool.
    schema
        The columns of all rows.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        folder.mkdir()
        self.schema = schema
        self.rows = 0
        self.files: list[Path] = []
        self._folder = folder
        self._writer: pq.ParquetWriter | None = None
        self._rows_in_file = 0

    def add(self, rows: pa.Table) -> None:
        """Put down rows."""
        if self._writer is None:
            path = self._folder / f"{len(self.files)}.parquet"
            self._writer = pq.ParquetWriter(
                path, self.schema, compression="lz4", use_dictionary=False, write_statistics=False
            )
            self.files.append(path)
        self._writer.write_table(rows, row_group_size=_ROWS_AT_ONCE)
        self.rows += rows.num_rows
        self._rows_in_file += rows.num_rows
        if self._rows_in_file >= _SPOOL_FILE_ROWS:
            self.close()

    def close(self) -> None:
        """Finish the file that is being written."""
        if self._writer is not None:
            self._writer.close()
        self._writer, self._rows_in_file = None, 0

    def remove(self) -> None:
        """Give the room back."""
        self.close()
        for path in self.files:
            path.unlink()
        self._folder.rmdir()


class Stream:
    """Rows that come sorted, taken in any number at a time."""

    def __init__(self, reader: pa.RecordBatchReader) -> None:
        self.schema: pa.Schema = reader.schema
        self._batches: Iterator[pa.RecordBatch] = iter(reader)
        self._left: list[pa.RecordBatch] = []

    def take(self, count: int) -> pa.Table:
        """Return the next rows: so many, or as many as there still are."""
        taken: list[pa.RecordBatch] = []
        while count > 0:
            batch = self._left.pop() if self._left else next(self._batches, None)
            if batch is None:
                break
            taken.append(batch.slice(0, count))
            if batch.num_rows > count:
                self._left.append(batch.slice(count))
            count -= taken[-1].num_rows
        return pa.Table.from_batches(taken, schema=self.schema)


class Sorter:
    """An engine that sorts what was spooled, within a limit of memory.

    Parameters
    ----------
    folder
        Where it puts what does not fit into memory.
    memory_mb
        The limit.
    """

    def __init__(self, folder: Path, memory_mb: int) -> None:
        self._engine = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MiB",
                "temp_directory": str(folder),
                "preserve_insertion_order": False,
            }
        )
        self._engine.execute("SET enable_progress_bar = false")

    def __enter__(self) -> Sorter:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    @contextmanager
    def sorted(
        self, files: Sequence[Path], columns: Sequence[str], *, by: Sequence[str], where: str = "true"
    ) -> Iterator[Stream]:
        """Stream columns of spooled rows in the order of others.

        Raises
        ------
        CatalogError
            When there is not enough memory or room to sort.
        """
        selected, order = ", ".join(map(_quoted, columns)), ", ".join(map(_quoted, by))
        sql = f"SELECT {selected} FROM {_source(files)} WHERE {where} ORDER BY {order}"  # noqa: S608 -- quoted
        try:
            yield Stream(self._engine.sql(sql).to_arrow_reader(_ROWS_AT_ONCE))
        except (duckdb.Error, pa.ArrowException) as e:
            raise _translated(e) from e

    def is_unique(self, files: Sequence[Path], column: str) -> bool:
        """Say whether no value of a spooled column is there twice, and none is missing.

        Raises
        ------
        CatalogError
            When there is not enough memory or room to find out.
        """
        name = _quoted(column)
        sql = f"SELECT 1 FROM {_source(files)} GROUP BY {name} HAVING count(*) > 1 OR {name} IS NULL LIMIT 1"  # noqa: S608
        try:
            return self._engine.execute(sql).fetchone() is None
        except duckdb.Error as e:
            raise _translated(e) from e


def _source(files: Sequence[Path]) -> str:
    paths = ", ".join(_literal(str(path)) for path in files)
    return f"read_parquet([{paths}], hive_partitioning = false)"


def _translated(error: Exception) -> Exception:
    text = " ".join(str(error).split())
    if any(word in text for word in ("No space left", "File too large", "max_temp_directory_size")):
        return OSError(28, "No space left on device")
    if "Out of Memory" in text:
        return CatalogError("Sorting the rows needs more memory than it may use; give it more: --memory-mb.")
    return CatalogError(f"The rows could not be sorted: {text[:300]}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
