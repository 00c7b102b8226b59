"""Rows as VOTable's binary serializations write them (VOTable 1.4, §6.3 and §6.4), built from whole columns.

A row is its NULL flags (in BINARY2), then its values one after the other, big-endian. All that has a fixed
width between two texts is put into one record array; records and texts are then joined row by row by Arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..models import ResultColumn
from .numbers import Values, big_endian, fixed_list, native, packed, side_by_side
from .text import iso_timestamps

__all__ = ["encode_flagged_rows", "encode_rows"]


@dataclass(frozen=True)
class _Variable:
    """Values of varying length: the count that precedes each, and their bytes."""

    counts: Values
    content: pa.Array


def encode_flagged_rows(
    batch: pa.RecordBatch, columns: Sequence[ResultColumn], before: bytes = b""
) -> bytes | memoryview:
    """Return the rows of a batch as BINARY2, after what stands before; its types are those of a `Shape`."""
    return _joined(batch, columns, _null_flags(batch), before) if batch.num_rows else before


def encode_rows(
    batch: pa.RecordBatch, columns: Sequence[ResultColumn], before: bytes = b""
) -> bytes | memoryview:
    """Return the rows of a batch as BINARY, which has no NULL: the batch must have none either."""
    return _joined(batch, columns, (), before) if batch.num_rows else before


def _joined(
    batch: pa.RecordBatch, columns: Sequence[ResultColumn], flags: Iterable[Values], before: bytes
) -> bytes | memoryview:
    fixed: list[Values] = list(flags)
    pieces: list[pa.Array] = []
    for array, column in zip(batch.columns, columns, strict=True):
        value = _encode(array, column)
        if isinstance(value, _Variable):
            pieces += [_as_binary(side_by_side([*fixed, value.counts])), value.content]
            fixed = []
        else:
            fixed.append(value)
    if not pieces:
        return packed(fixed, before)
    if fixed:
        pieces.append(_as_binary(side_by_side(fixed)))
    joined = pc.binary_join_element_wise(*pieces, b"")
    return b"".join([before, memoryview(joined.buffers()[2])[: int(_offsets(joined)[-1])]])


def _null_flags(batch: pa.RecordBatch) -> list[Values]:
    """Return the bytes of NULL flags that begin each row: the first column is the highest bit."""
    flags = [np.zeros(batch.num_rows, dtype=np.uint8) for _ in range(-(-batch.num_columns // 8))]
    for number, array in enumerate(batch.columns):
        if array.null_count:
            is_null = array.is_null().to_numpy(zero_copy_only=False)
            flags[number // 8] |= is_null.astype(np.uint8) << np.uint8(7 - number % 8)
    return list(flags)


def _encode(array: pa.Array, column: ResultColumn) -> Values | _Variable:
    kind = array.type
    if pa.types.is_boolean(kind):
        truth = array.fill_null(False).to_numpy(zero_copy_only=False)
        letters = np.where(truth, ord("T"), ord("F")).astype(np.uint8)
        if array.null_count:
            letters[array.is_null().to_numpy(zero_copy_only=False)] = ord("?")
        return letters
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return native(array)
    if pa.types.is_fixed_size_list(kind):
        return fixed_list(array)
    if pa.types.is_list(kind):
        return _list(array)
    if pa.types.is_binary(kind):
        return _content(array.fill_null(b""))
    texts = iso_timestamps(array) if pa.types.is_temporal(kind) else array
    texts = texts.fill_null("")
    return _utf16(texts) if column.datatype == "unicodeChar" else _content(texts.cast(pa.binary()))


def _list(array: pa.Array) -> _Variable:
    counts = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    values = big_endian(array.flatten())
    offsets = np.concatenate([[0], np.cumsum(counts)]) * values.dtype.itemsize
    return _Variable(counts.astype(">i4"), _binary_array(offsets, values.tobytes()))


def _content(array: pa.Array) -> _Variable:
    counts = pc.binary_length(array).to_numpy(zero_copy_only=False)
    return _Variable(counts.astype(">i4"), array)


def _utf16(texts: pa.Array) -> _Variable:
    """Encode texts as UTF-16: what VOTable calls UCS-2, with pairs for what lies beyond it."""
    offsets = _offsets(texts)
    content = texts.buffers()[2]
    utf8 = memoryview(content)[offsets[0] : offsets[-1]].tobytes() if content is not None else b""
    lead = np.frombuffer(utf8, dtype=np.uint8)
    # A character has one unit per first byte, and a second one if it has four bytes.
    units = ((lead & 0xC0) != 0x80).astype(np.int64) + (lead >= 0xF0)
    ends = np.concatenate([[0], np.cumsum(units)])[offsets - offsets[0]]
    return _Variable(np.diff(ends).astype(">i4"), _binary_array(2 * ends, utf8.decode().encode("utf-16-be")))


def _as_binary(records: NDArray[np.void]) -> pa.Array:
    offsets = np.arange(len(records) + 1) * records.dtype.itemsize
    return _binary_array(offsets, records)


def _binary_array(offsets: NDArray[np.integer], content: bytes | NDArray[np.void]) -> pa.Array:
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)


def _offsets(array: pa.Array) -> NDArray[np.int32]:
    every = np.frombuffer(array.buffers()[1], dtype=np.int32)
    return every[array.offset : array.offset + len(array) + 1]
