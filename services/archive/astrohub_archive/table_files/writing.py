"""Writing the file of a table: batches of rows into Parquet, never more bytes than there is room for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..formats.shape import Shape
from .content import Content
from .described import columns_of, described

__all__ = ["NoRoomError", "write_table"]

_ROWS_AT_ONCE = 65_536
_BYTES_AT_ONCE = 64 * 1024**2


class NoRoomError(Exception):
    """The rows take more bytes than there is room for."""


def write_table(
    path: Path,
    shape: Shape,
    batches: Iterable[pa.RecordBatch],
    *,
    room_bytes: int,
    more_room: Callable[[int], int] | None = None,
) -> Content:
    """Write rows into a Parquet file that is on disk when this returns.

    Parameters
    ----------
    path
        The file.
    shape
        The columns as they are kept.
    batches
        The rows as they come.
    room_bytes
        Bytes that the file may have.
    more_room
        Is told how many it has when these are used up, and returns how many it may have from then on.

    Raises
    ------
    NoRoomError
        When the file would be larger.
    """
    schema = described(shape)
    rows = 0
    with path.open("xb") as file:
        with pq.ParquetWriter(
            file, schema, compression="zstd", write_page_checksum=True, **_layout(schema)
        ) as out:
            for group in _groups(shape, batches):
                out.write_table(group.cast(schema), row_group_size=_ROWS_AT_ONCE)
                rows += group.num_rows
                room_bytes = _enough(file.tell(), room_bytes, more_room)
        file.flush()
        os.fsync(file.fileno())
        size_bytes = file.tell()
    _enough(size_bytes, room_bytes, more_room)
    return Content(columns_of(schema), rows, size_bytes)


def _enough(size_bytes: int, room_bytes: int, more_room: Callable[[int], int] | None) -> int:
    """Return how many bytes a file may have that has so many already."""
    if size_bytes > room_bytes and more_room is not None:
        room_bytes = more_room(size_bytes)
    if size_bytes > room_bytes:
        raise NoRoomError
    return room_bytes


def _groups(shape: Shape, batches: Iterable[pa.RecordBatch]) -> Iterable[pa.Table]:
    """Yield the rows in pieces that make good row groups."""
    waiting: list[pa.RecordBatch] = []
    rows = size_bytes = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        fitted = shape.fit(batch)
        waiting.append(fitted)
        rows += fitted.num_rows
        size_bytes += fitted.nbytes
        if rows >= _ROWS_AT_ONCE or size_bytes >= _BYTES_AT_ONCE:
            yield pa.Table.from_batches(waiting)
            waiting, rows, size_bytes = [], 0, 0
    yield pa.Table.from_batches(waiting, schema=shape.schema)


def _layout(schema: pa.Schema) -> dict[str, object]:
    encodings = {}
    texts = []
    for field in schema:
        if pa.types.is_floating(field.type):
            encodings[field.name] = "BYTE_STREAM_SPLIT"
        elif pa.types.is_integer(field.type):
            encodings[field.name] = "DELTA_BINARY_PACKED"
        elif pa.types.is_string(field.type):
            texts.append(field.name)
    # False means that no column has a dictionary; a list, that only these have.
    return {"use_dictionary": texts or False, "column_encoding": encodings or None}
