"""Columns of 64-bit integers that lie in a Parquet file as they do in memory: read without decoding.

So are the indexes of identifiers written, of which one number in a row group is wanted.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from ..pages import DATA_PAGE, page_header, read_part

__all__ = ["PlainNumbers", "cells_at", "plain_numbers"]

_BYTES = 8
_LEAST_HEADER_BYTES, _MOST_HEADER_BYTES = 15, 1024
# Identifiers that are scattered evenly are no further than this from where they should be, nearly all.
_REACH = 256

_Numbers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class PlainNumbers:
    """One column of one row group: where its bytes lie in the file, and how many numbers they are.

    Every method returns None when they do not lie there one after the other; and, when it is told to read
    at once, when the kernel has them not in memory, so that somebody would wait for a disk.

    Raises
    ------
    OSError
        By every method, when the file cannot be read, or its kind cannot say whether it is in memory.
    """

    offset: int
    size: int
    rows: int

    def read(self, descriptor: int, *, at_once: bool = False) -> _Numbers | None:
        """Return the numbers."""
        content = read_part(descriptor, self.size, self.offset, at_once=at_once)
        if content is None or not self._is_one_page(content):
            return None
        return np.frombuffer(content, dtype="<i8", offset=self._header_bytes)

    def part(
        self, descriptor: int, first: int, count: int, *, at_once: bool = False
    ) -> memoryview[int] | None:
        """Return some of the numbers; whoever asks has seen that `is_plain`."""
        begin = self.offset + self._header_bytes + _BYTES * first
        content = read_part(descriptor, _BYTES * count, begin, at_once=at_once)
        return None if content is None else memoryview(content).cast("q")

    def is_plain(self, descriptor: int, *, at_once: bool = False) -> bool | None:
        """Say whether they lie there one after the other."""
        content = read_part(descriptor, self._header_bytes, self.offset, at_once=at_once)
        return None if content is None else self._is_one_page(content)

    @property
    def _header_bytes(self) -> int:
        return self.size - _BYTES * self.rows

    def _is_one_page(self, content: bytes | bytearray) -> bool:
        """Say whether what begins so is one page of all the numbers, and nothing else."""
        try:
            header, end = page_header(content)
        except ValueError:
            return False
        sizes = (header.packed_bytes, header.unpacked_bytes, header.values * _BYTES)
        return header.kind == DATA_PAGE and end == self._header_bytes and set(sizes) == {_BYTES * self.rows}


def cells_at(
    descriptor: int,
    plain: Sequence[PlainNumbers],
    bounds: tuple[int, int],
    wanted: Sequence[int],
    *,
    at_once: bool = False,
) -> _Numbers | None:
    """Return the cells of some identifiers: only what is around the place is read where each should be.

    None when one of them is not certainly there, or may be in more rows; then all have to be read.

    Parameters
    ----------
    descriptor
        The file.
    plain
        Identifiers, which are in their order, and the cell of each; both were seen to lie so.
    bounds
        The smallest and the largest identifier.
    wanted
        Those that are looked for, none beyond these.
    at_once
        Whether nobody can wait for a disk.
    """
    identifiers, cells = plain
    low, high = bounds
    found: list[int] = []
    for value in wanted:
        place = (value - low) * (identifiers.rows - 1) // max(high - low, 1)
        begin, end = max(place - _REACH, 0), min(place + _REACH, identifiers.rows)
        near = identifiers.part(descriptor, begin, end - begin, at_once=at_once)
        if near is None:
            return None
        first, last = bisect_left(near, value), bisect_right(near, value)
        if (first == 0 and begin > 0) or (last == len(near) and end < identifiers.rows):
            return None
        here = cells.part(descriptor, begin + first, last - first, at_once=at_once)
        if here is None:
            return None
        found += here
    return np.array(found, dtype=np.int64)


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
