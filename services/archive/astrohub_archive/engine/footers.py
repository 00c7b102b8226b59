"""The footers of Parquet files, kept by a worker: where the rows of each place in the sky lie in a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.fs as fs
import pyarrow.parquet as pq

from ..models import HEALPIX_COLUMN
from ..pages import Stamp, stamp_of
from .coverage import Ranges

__all__ = ["PLAIN", "Footer", "Footers"]

_MOST_BYTES = 24 * 1024**2
# What a footer takes once it is read, in the bytes that it takes in its file (measured: 3 to 4).
_GROWTH = 4

PLAIN = frozenset(
    {
        pa.bool_(),
        pa.int8(),
        pa.uint8(),
        pa.int16(),
        pa.uint16(),
        pa.int32(),
        pa.uint32(),
        pa.int64(),
        pa.float32(),
        pa.float64(),
        pa.string(),
        pa.timestamp("us"),
    }
)
"""Types that reach an answer from a file as they do from the engine."""

# Told where a path lies, pyarrow need not find it out.
_DISK = fs.LocalFileSystem()

_Cells = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Footer:
    """One file's footer.

    Attributes
    ----------
    stamp
        By which a file is known that has been replaced.
    metadata
        What it says.
    plain
        Where the columns stand that reach an answer from the file as they do from the engine, by name.
    lows, highs
        The smallest and the largest order 29 cell of each row group, shape (groups,).
    """

    stamp: Stamp
    metadata: pq.FileMetaData
    plain: dict[str, int]
    lows: _Cells
    highs: _Cells

    def groups(self, cells: Ranges) -> list[int]:
        """Return the row groups in which rows of some cells can stand."""
        ahead = np.searchsorted(cells[:, 1], self.lows, side="right")
        inside = ahead < len(cells)
        inside[inside] = cells[ahead[inside], 0] <= self.highs[inside]
        found: list[int] = np.flatnonzero(inside).tolist()
        return found

    def size(self, groups: list[int], columns: list[str]) -> tuple[int, int]:
        """Return how many rows some row groups have, and how many bytes these columns take in them."""
        rows = size_bytes = 0
        for number in groups:
            group = self.metadata.row_group(number)
            rows += group.num_rows
            size_bytes += sum(group.column(self.plain[name]).total_uncompressed_size for name in columns)
        return rows, size_bytes


class Footers:
    """Footers of the files that were read last; a file that was replaced is read anew.

    Parameters
    ----------
    most_bytes
        How much memory they may take together, about.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._known: dict[str, Footer] = {}

    @property
    def kept(self) -> int:
        """Return how many are kept."""
        return len(self._known)

    def open(self, path: str) -> tuple[Footer, pq.ParquetFile]:
        """Open a file, and return its footer and the file, which the caller closes.

        Raises
        ------
        OSError, pyarrow.ArrowException, ValueError
            When the file cannot be read, is damaged, or does not tell the cells of its row groups.
        """
        stamp = stamp_of(os.stat(path))
        known = self._known.pop(path, None)
        if known is not None:
            if known.stamp == stamp:
                self._known[path] = known
                return known, _opened(path, known.metadata)
            self._bytes -= _size(known)
        file = _opened(path)
        try:
            return self._keep(path, _footer(file.metadata, stamp)), file
        except BaseException:
            file.close()
            raise

    def _keep(self, path: str, footer: Footer) -> Footer:
        self._known[path] = footer
        self._bytes += _size(footer)
        while self._bytes > self._most_bytes and self._known:
            self._bytes -= _size(self._known.pop(next(iter(self._known))))
        return footer


def _opened(path: str, metadata: pq.FileMetaData | None = None) -> pq.ParquetFile:
    return pq.ParquetFile(path, metadata=metadata, filesystem=_DISK, pre_buffer=False)


def _size(footer: Footer) -> int:
    return _GROWTH * int(footer.metadata.serialized_size)


def _footer(metadata: pq.FileMetaData, stamp: Stamp) -> Footer:
    fields = metadata.schema.to_arrow_schema()
    # Where no column has parts, they stand in the file as in the schema.
    place = fields.get_field_index(HEALPIX_COLUMN)
    if place < 0 or len(fields) != metadata.num_columns:
        raise ValueError("its columns are nested, or its rows are not in the order of the sky")
    plain = {field.name: number for number, field in enumerate(fields) if field.type in PLAIN}
    bounds = []
    for number in range(metadata.num_row_groups):
        statistics = metadata.row_group(number).column(place).statistics
        if statistics is None or not statistics.has_min_max:
            raise pa.ArrowInvalid(f"row group {number} does not tell its cells")
        bounds.append((statistics.min, statistics.max))
    lows, highs = np.array(bounds, dtype=np.int64).reshape(-1, 2).T
    return Footer(stamp, metadata, plain, lows, highs)
