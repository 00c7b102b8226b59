"""Columns of 64-bit integers that lie in a Parquet file as they do in memory: read without decoding.

So are the indexes of identifiers written, of which one number in a row group is wanted.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq

__all__ = ["PlainNumbers", "plain_numbers"]

_BYTES = 8
_LEAST_HEADER_BYTES, _MOST_HEADER_BYTES = 15, 1024
# Data page, then two sizes: each a field's delta and type, and a number in zigzag (parquet.thrift).
_DATA_PAGE = b"\x15\x00"
_I32 = 0x15


@dataclass(frozen=True)
class PlainNumbers:
    """One column of one row group: where its bytes lie in the file, and how many numbers they are."""

    offset: int
    size: int
    rows: int

    def read(self, descriptor: int) -> np.ndarray[Any, np.dtype[np.int64]] | None:
        """Return the numbers; None when they do not lie there one after the other.

        Raises
        ------
        OSError
            When the file cannot be read.
        """
        return self._numbers(os.pread(descriptor, self.size, self.offset))

    def read_at_once(self, descriptor: int) -> np.ndarray[Any, np.dtype[np.int64]] | None:
        """Return the same if the kernel has it in memory, so that nobody waits for a disk; None otherwise.

        Raises
        ------
        OSError
            When this kind of file cannot say so.
        """
        content = bytearray(self.size)
        try:
            count = os.preadv(descriptor, [content], self.offset, os.RWF_NOWAIT)
        except BlockingIOError:
            return None
        return self._numbers(content) if count == self.size else None

    def _numbers(self, content: bytes | bytearray) -> np.ndarray[Any, np.dtype[np.int64]] | None:
        if len(content) != self.size or not _is_one_page(content, _BYTES * self.rows):
            return None
        return np.frombuffer(content, dtype="<i8", offset=self.size - _BYTES * self.rows)


def plain_numbers(metadata: pq.FileMetaData, group: int, columns: Sequence[int]) -> tuple[PlainNumbers, ...]:
    """Return where columns of a row group lie; nothing when one of them cannot be read so."""
    found = []
    for number in columns:
        kind, chunk = metadata.schema.column(number), metadata.row_group(group).column(number)
        is_number = chunk.physical_type == "INT64" and kind.logical_type.type == "NONE"
        has_levels = kind.max_definition_level or kind.max_repetition_level
        is_packed = chunk.compression != "UNCOMPRESSED" or set(chunk.encodings) - {"PLAIN", "RLE"}
        is_packed = is_packed or chunk.has_dictionary_page
        header = chunk.total_compressed_size - _BYTES * chunk.num_values
        is_page = _LEAST_HEADER_BYTES <= header <= _MOST_HEADER_BYTES and chunk.num_values > 0
        if not is_number or has_levels or is_packed or not is_page:
            return ()
        found.append(PlainNumbers(chunk.data_page_offset, chunk.total_compressed_size, chunk.num_values))
    return tuple(found)


def _is_one_page(content: bytes | bytearray, size: int) -> bool:
    """Say whether a column is one page, of so many bytes, none of them packed."""
    if not content.startswith(_DATA_PAGE):
        return False
    unpacked, rest = _size(content, len(_DATA_PAGE))
    packed, _ = _size(content, rest)
    return unpacked == packed == size


def _size(content: bytes | bytearray, begin: int) -> tuple[int, int]:
    """Return the size that a header tells at some place, and where what follows begins; -1 for none."""
    if content[begin] != _I32:
        return -1, begin
    number = shift = 0
    for place in range(begin + 1, begin + 6):
        number |= (content[place] & 0x7F) << shift
        shift += 7
        if not content[place] & 0x80:
            return number >> 1, place + 1
    return -1, begin
