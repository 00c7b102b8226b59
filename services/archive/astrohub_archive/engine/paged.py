"""Rows of catalogues whose pages are known: only the pages are read in which some cells lie."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..pages import PageTable, Template
from .coverage import Ranges
from .faults import Declined
from .footers import PLAIN

__all__ = ["Batch", "Paged"]

_MOST_PAGES = 32_768
_BATCH_PAGES = 256
# Unpacked, a page of texts may take a megabyte, where one of numbers takes eight kilobytes at most.
_TEXT_PAGES = 32
_BATCH_BYTES = 8 * 1024**2
_MOST_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class Batch:
    """Some pages that are read at once.

    Attributes
    ----------
    rows
        How many rows are in them.
    template
        Makes a file of the columns.
    begins, lengths
        Column by column where each page begins in its file, and its bytes.
    parts
        File by file its path, its size, and the numbers of its pages among these.
    """

    rows: int
    template: Template
    begins: list[list[int]]
    lengths: list[list[int]]
    parts: tuple[tuple[str, int, range], ...]

    def read(self) -> pa.Table:
        """Return the rows.

        Raises
        ------
        OSError, pyarrow.ArrowException, ValueError
            When a file cannot be read, is damaged, or is not the one any more whose pages are known.
        """
        pages: list[list[bytes]] = [[] for _ in range(self.template.width)]
        for path, size_bytes, run in self.parts:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                if os.fstat(descriptor).st_size != size_bytes:
                    raise ValueError(f"{path} was replaced")
                for column, begins, lengths in zip(pages, self.begins, self.lengths, strict=True):
                    column += [os.pread(descriptor, lengths[number], begins[number]) for number in run]
            finally:
                os.close(descriptor)
        content = self.template.excerpt(pages, self.rows)
        # By its checksums a page is known that is not where it was.
        with pq.ParquetFile(content, pre_buffer=False, page_checksum_verification=True) as file:
            return file.read(use_threads=False)


class Paged:
    """Finds the pages of catalogues; keeps the tables that were read last."""

    def __init__(self) -> None:
        self._tables: dict[str, PageTable] = {}

    def batches(self, folder: str, cells: Ranges, columns: Sequence[str]) -> list[Batch] | None:
        """Return the pages in which rows of some cells can stand, in the order of the sky.

        None where there is no table of them, or it does not tell where one of the columns is.

        Raises
        ------
        Declined
            When they are too many.
        """
        try:
            table = self._table(folder)
            template, numbers = table.template(columns)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        pages = table.pages(cells)
        if len(pages) > _MOST_PAGES:
            raise Declined("rows of too many pages")
        begins, lengths = table.places(pages)[:, numbers].transpose(2, 1, 0)
        rows, files = table.rows[pages].tolist(), table.files_of(pages)
        most = max(1, _TEXT_PAGES // template.texts) if template.texts else _BATCH_PAGES
        batches = []
        for begin, end in _cuts(lengths.sum(axis=0).tolist(), most):
            parts = tuple((*table.file(file), run) for file, run in _runs(files[begin:end]))
            here = slice(begin, end)
            batches.append(
                Batch(sum(rows[here]), template, begins[:, here].tolist(), lengths[:, here].tolist(), parts)
            )
        return batches

    def _table(self, folder: str) -> PageTable:
        known = self._tables.pop(folder, None)
        if known is None or not known.is_current():
            known = PageTable(Path(folder), PLAIN)
        self._tables[folder] = known
        while len(self._tables) > 1 and sum(one.size_bytes for one in self._tables.values()) > _MOST_BYTES:
            self._tables.pop(next(iter(self._tables)))
        return known


def _runs(files: Sequence[int]) -> Iterator[tuple[int, range]]:
    """Yield each file, and which of some consecutive pages are of it."""
    begin = 0
    for file, together in groupby(files):
        end = begin + sum(1 for _ in together)
        yield file, range(begin, end)
        begin = end


def _cuts(sizes: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of consecutive pages that are read at once: so many at most."""
    begin = size_bytes = 0
    for number, one in enumerate(sizes):
        if number > begin and (number - begin >= most or size_bytes + one > _BATCH_BYTES):
            yield begin, number
            begin, size_bytes = number, 0
        size_bytes += one
    if sizes:
        yield begin, len(sizes)
