"""Writing a table without positions: Parquet files in the order of their rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..parquet import encodings

__all__ = ["write_plain_table"]

_FILE_ROWS = 4_000_000
_GROUP_ROWS = 65_536


def write_plain_table(folder: Path, name: str, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write rows into files of a folder and return how many there were.

    Parameters
    ----------
    folder
        Made for them.
    name
        What the names of the files begin with.
    schema
        The columns.
    tables
        The rows as they come.
    """
    folder.mkdir()
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    writer: pq.ParquetWriter | None = None
    rows = files = in_file = 0
    try:
        for table in tables:
            if writer is None:
                writer = pq.ParquetWriter(
                    folder / f"{name}.{files:04d}.parquet",
                    schema,
                    compression="zstd",
                    use_dictionary=texts or False,
                    column_encoding=encodings(schema) or None,
                    write_page_checksum=True,
                )
                files, in_file = files + 1, 0
            writer.write_table(table, row_group_size=_GROUP_ROWS)
            rows, in_file = rows + table.num_rows, in_file + table.num_rows
            if in_file >= _FILE_ROWS:
                writer.close()
                writer = None
    finally:
        if writer is not None:
            writer.close()
    return rows
