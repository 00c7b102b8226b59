"""What a table that is made of a query will take, told before the query is run: for certain, and about.

Certain it is only where a query answers columns of one table as they stand, all rows of them: then the
files of that table say how small their numbers become, written as this archive writes them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ..models import HatsTable, ResultColumn, Scan, Statement
from ..pages import page_header

__all__ = ["expected_bytes", "least_bytes"]

_WHOLE_TABLE = re.compile(
    r'SELECT (?P<columns>"t0"\."[^"]+" AS "[^"]+"(?:, "t0"\."[^"]+" AS "[^"]+")*) FROM "scan_0" AS "t0"'
)
_COLUMN = re.compile(r'"t0"\."([^"]+)" AS "[^"]+"')
# Of more files not all are looked at: what some of them hold is certain as well.
_MOST_FILES = 200
# The same numbers in the same encodings, in larger row groups: of each it takes what it begins with once,
# however little follows, and the rest differs by a few hundredths (measured with the sample catalogues).
_SHRINKS = 2
_HEAD_BYTES = 200
_SAMPLE_BYTES = 256 * 1024
_ENCODINGS = frozenset({"BYTE_STREAM_SPLIT", "DELTA_BINARY_PACKED"})
_WIDTHS = {"boolean": 1, "short": 2, "int": 4, "long": 8, "float": 4, "double": 8}
_TEXT_BYTES = 16


def least_bytes(statement: Statement) -> int:
    """Return how many bytes the rows of a query take for certain as a table; it reads files, and blocks."""
    if len(statement.scans) != 1 or statement.top is not None:
        return 0
    (scan,) = statement.scans
    whole = _WHOLE_TABLE.fullmatch(statement.sql)
    if whole is None or not _is_whole(scan):
        return 0
    names = frozenset(_COLUMN.findall(whole["columns"]))
    return sum(_least_of(path, names) for path in _files(scan)) // _SHRINKS


def expected_bytes(rows: int, columns: tuple[ResultColumn, ...]) -> int:
    """Return about how many bytes so many rows take as a table: what they take before they are compressed."""
    return rows * sum(map(_width, columns))


def _is_whole(scan: Scan) -> bool:
    return scan.region is None and scan.identifiers is None and scan.partner is None


def _files(scan: Scan) -> list[Path]:
    storage = scan.table.storage
    if isinstance(storage, HatsTable):
        return [partition.path for partition in storage.partitions[:_MOST_FILES]]
    return list(storage.files[:_MOST_FILES])


def _least_of(path: Path, names: frozenset[str]) -> int:
    try:
        footer = pq.read_metadata(path)
        with path.open("rb") as file:
            groups = (footer.row_group(number) for number in range(footer.num_row_groups))
            return sum(_least_of_group(group, names, file) for group in groups)
    except (OSError, pa.ArrowException, ValueError):
        return 0  # whoever runs the query says what is wrong with it


def _least_of_group(group: pq.RowGroupMetaData, names: frozenset[str], file: BinaryIO) -> int:
    least = 0
    for chunk in (group.column(number) for number in range(group.num_columns)):
        if chunk.path_in_schema in names and _ENCODINGS & {*chunk.encodings}:
            if chunk.compression == "ZSTD":
                least += max(0, chunk.total_compressed_size - _HEAD_BYTES)
            elif chunk.compression == "LZ4":
                least += _packed_tightly(chunk, file)
    return least


def _packed_tightly(chunk: pq.ColumnChunkMetaData, file: BinaryIO) -> int:
    """Return how little room numbers take when they are packed as in MyDB, by the first of their pages.

    Raises
    ------
    OSError, ValueError, pyarrow.ArrowException
        When it cannot be read.
    """
    file.seek(chunk.data_page_offset)
    content = file.read(min(chunk.total_compressed_size, _SAMPLE_BYTES))
    header, begin = page_header(content)
    packed = content[begin : begin + header.packed_bytes]
    if not 0 < len(packed) == header.packed_bytes or header.unpacked_bytes > _SAMPLE_BYTES:
        return 0
    unpacked = pa.decompress(packed, header.unpacked_bytes, codec="lz4_raw", asbytes=True)
    tightly = len(pa.compress(unpacked, codec="zstd", asbytes=True))
    pages = -(-chunk.num_values // max(header.values, 1))
    return int(max(0, tightly - _HEAD_BYTES) * pages)


def _width(column: ResultColumn) -> int:
    size = (column.arraysize or "").rstrip("*")
    count = int(size) if size.isdigit() else None
    if column.datatype in _WIDTHS:
        return _WIDTHS[column.datatype] * (count or 1)
    return min(count or _TEXT_BYTES, _TEXT_BYTES)
