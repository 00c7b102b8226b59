"""Rows of catalogues whose pages are known: only the pages are read in which some cells lie."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..pages import PAGE_TABLE, PageTable, Stamp, Template, read_part, stamp_of
from .coverage import Ranges
from .faults import Declined
from .footers import PLAIN

__all__ = ["Batch", "Paged"]

_MOST_PAGES = 32_768
_MOST_PLACES = 2_000_000
_BATCH_PAGES = 256
_BATCH_BYTES = 32 * 1024**2
_WIDEST_BYTES = 8
_MOST_BYTES = 64 * 1024**2
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
        self._tables: dict[str, tuple[Stamp, PageTable | None]] = {}

    def is_open(self, folder: str) -> bool:
        """Say whether the table of a catalogue is kept, or it is known that there is none to be used."""
        known = self._tables.get(folder)
        try:
            return known is not None and known[0] == stamp_of(os.stat(f"{folder}/{PAGE_TABLE}"))
        except OSError:
            return False

    def open(self, folder: str) -> None:
        """Keep the table of a catalogue, if it has one."""
        with suppress(OSError):
            self._table(folder)

    def batches(
        self, folder: str, cells: Ranges, columns: Sequence[str], *, at_once: bool = False
    ) -> list[Batch] | None:
        """Return the pages in which rows of some cells can stand, in the order of the sky.

        None where there is no table of them, or it does not tell where one of the columns is.

        Raises
        ------
        Declined
            When they are too many, or one of them is too large.
        """
        try:
            if (table := self._table(folder)) is None:
                return None
            template, numbers = table.template(columns)
        except (OSError, KeyError):
            return None
        pages = table.pages(cells)
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

    def _table(self, folder: str) -> PageTable | None:
        """Return the table of a catalogue; None if it cannot be used, which is found out once.

        Raises
        ------
        OSError
            When there is none.
        """
        stamp = stamp_of(os.stat(f"{folder}/{PAGE_TABLE}"))
        known = self._tables.pop(folder, None)
        if known is None or known[0] != stamp:
            try:
                known = stamp, PageTable(Path(folder), PLAIN)
            except _UNUSABLE:
                known = stamp, None
        self._tables[folder] = known
        while len(self._tables) > 1 and self._size_bytes() > _MOST_BYTES:
            self._tables.pop(next(iter(self._tables)))
        return known[1]

    def _size_bytes(self) -> int:
        return sum(table.size_bytes for _, table in self._tables.values() if table)


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
