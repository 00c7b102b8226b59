"""Rows of catalogues whose pages are known: only the pages are read in which some cells lie."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..pages import PAGE_TABLE, PageTable, Stamp, Template, read_part, stamp_of
from .coverage import Ranges
from .faults import Declined
from .footers import PLAIN

__all__ = ["MOST_BYTES", "Batch", "OpenedTable", "Paged", "batches_of", "open_table"]

_MOST_PAGES = 32_768
_MOST_PLACES = 2_000_000
_BATCH_PAGES = 256
_BATCH_BYTES = 32 * 1024**2
_WIDEST_BYTES = 8
MOST_BYTES = 64 * 1024**2
"""How much memory tables of pages take together, but for one of them."""
_UNUSABLE = (OSError, pa.ArrowException, ValueError, KeyError, TypeError, struct.error, RecursionError)


@dataclass(frozen=True)
class Batch:
    """Some pages that are read at once.

    Attributes
    ----------
    rows
        How many rows are in them.
    size_bytes
        How much memory they take, about.
    template
        Makes a file of the columns.
    begins, lengths
        Column by column where each page begins in its file, and its bytes.
    parts
        File by file its path, its size, and the numbers of its pages among these.
    """

    rows: int
    size_bytes: int
    template: Template
    begins: list[list[int]]
    lengths: list[list[int]]
    parts: tuple[tuple[str, int, range], ...]

    def read(self, *, at_once: bool = False) -> pa.Table:
        """Return the rows.

        Raises
        ------
        OSError, pyarrow.ArrowException, ValueError
            When a file cannot be read, is damaged, or is not the one any more whose pages are known; when
            they are to be read at once, also when they would have to be waited for.
        """
        pages: list[list[bytes | bytearray]] = [[] for _ in range(self.template.width)]
        for path, size_bytes, run in self.parts:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                if os.fstat(descriptor).st_size != size_bytes:
                    raise ValueError(f"{path} was replaced")
                for column, begins, lengths in zip(pages, self.begins, self.lengths, strict=True):
                    for number in run:
                        page = read_part(descriptor, lengths[number], begins[number], at_once=at_once)
                        if page is None:
                            raise ValueError(f"a page of {path} is not there, or not in memory")
                        column.append(page)
            finally:
                os.close(descriptor)
        content = self.template.excerpt(pages, self.rows)
        # By its checksums a page is known that is not where it was.
        with pq.ParquetFile(content, pre_buffer=False, page_checksum_verification=True) as file:
            return file.read(use_threads=False)


class Paged:
    """Finds the pages of catalogues; keeps the tables that were read last."""

    def __init__(self) -> None:
        self._tables: dict[str, OpenedTable] = {}

    def batches(self, folder: str, cells: Ranges, columns: Sequence[str]) -> list[Batch] | None:
        """Return the pages in which rows of some cells can stand, in the order of the sky.

        None where there is no table of them, or it does not tell where one of the columns is.

        Raises
        ------
        Declined
            When they are too many, or one of them is too large.
        """
        table = self._table(folder)
        if table is None or not table.has(columns):
            return None
        return batches_of(table, table.pages(cells), columns)

    def _table(self, folder: str) -> PageTable | None:
        """Return the table of a catalogue; None if it cannot be used, which is found out once."""
        known = self._tables.pop(folder, None)
        if known is None or not known.is_current(folder):
            known = open_table(folder)
        self._tables[folder] = known
        while len(self._tables) > 1 and sum(one.size_bytes for one in self._tables.values()) > MOST_BYTES:
            self._tables.pop(next(iter(self._tables)))
        return known.table


@dataclass(frozen=True)
class OpenedTable:
    """The table of a catalogue's pages, if there is one that can be used, and by what it is known."""

    stamp: Stamp | None
    table: PageTable | None

    def is_current(self, folder: str) -> bool:
        """Say whether the file is still the one that was read, or still not there."""
        return self.stamp == _stamp(folder)

    @property
    def size_bytes(self) -> int:
        """Return how much memory it takes, about."""
        return self.table.size_bytes if self.table else 0


def open_table(folder: str) -> OpenedTable:
    """Read the table of a catalogue's pages."""
    stamp = _stamp(folder)
    try:
        return OpenedTable(stamp, PageTable(Path(folder), PLAIN) if stamp else None)
    except _UNUSABLE:
        return OpenedTable(stamp, None)


def _stamp(folder: str) -> Stamp | None:
    try:
        return stamp_of(os.stat(f"{folder}/{PAGE_TABLE}"))
    except OSError:
        return None


def batches_of(
    table: PageTable, pages: NDArray[np.int64], columns: Sequence[str], *, at_once: bool = False
) -> list[Batch]:
    """Return how some pages of a catalogue are read, all of which have these columns.

    Raises
    ------
    Declined
        When they are too many, or one of them is too large.
    OSError, ValueError
        When they are to be read at once, also when the table is not in memory.
    """
    template, numbers = table.template(columns)
    if len(pages) > _MOST_PAGES or len(pages) * table.width > _MOST_PLACES:
        raise Declined("rows of too many pages")
    begins, lengths, unpacked = table.places(pages, at_once=at_once)[:, numbers].transpose(2, 1, 0)
    rows, files = table.rows[pages], table.files_of(pages)
    # Numbers may take much less room as they are encoded.
    sizes = (unpacked.sum(axis=0) + rows * (len(numbers) * _WIDEST_BYTES)).tolist()
    if max(sizes, default=0) > _BATCH_BYTES:
        raise Declined("a page that is too large")
    batches = []
    for begin, end in _cuts(sizes):
        parts = tuple((*table.file(file), run) for file, run in _runs(files[begin:end]))
        batches.append(
            Batch(
                int(rows[begin:end].sum()),
                sum(sizes[begin:end]),
                template,
                begins[:, begin:end].tolist(),
                lengths[:, begin:end].tolist(),
                parts,
            )
        )
    return batches


def _runs(files: Sequence[int]) -> Iterator[tuple[int, range]]:
    """Yield each file, and which of some consecutive pages are of it."""
    begin = 0
    for file, together in groupby(files):
        end = begin + sum(1 for _ in together)
        yield file, range(begin, end)
        begin = end


def _cuts(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield begin and end of consecutive pages that are read at once."""
    begin = size_bytes = 0
    for number, one in enumerate(sizes):
        if number > begin and (number - begin >= _BATCH_PAGES or size_bytes + one > _BATCH_BYTES):
            yield begin, number
            begin, size_bytes = number, 0
        size_bytes += one
    if sizes:
        yield begin, len(sizes)
