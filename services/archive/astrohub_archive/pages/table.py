"""The table of a catalogue's pages: which cells begin them, and where they lie.

A file of ours beside the Parquet files of a catalogue: magic bytes, the length of a description and the
description (JSON), then arrays of 64-bit integers, least byte first: sizes of the files, first page of each,
first cell and rows of each page, and for each page and column where it begins and its bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .excerpt import Template, leaves_of
from .located import locate

__all__ = ["PAGE_TABLE", "PageTable", "PageTableMaker"]

PAGE_TABLE = "_pages"
"""Its name; readers of Parquet pass over names that begin so."""

_SCHEMA = "_common_metadata"
_MAGIC = b"AHPAGES1"
_NUMBER = np.dtype("<i8")
_LENGTH_BYTES = 8
# Where more of all pages than this are wanted, where they lie is read at once, if that is not too much.
_MANY = 0.05
_MOST_AT_ONCE_BYTES = 64 * 1024**2
_MOST_TEMPLATES = 64

_Numbers = NDArray[np.int64]


class PageTableMaker:
    """Collects the pages of the files of a catalogue, which are written in the order of the sky."""

    def __init__(self) -> None:
        self._files: list[tuple[str, int, int]] = []
        self._cells: list[_Numbers] = []
        self._rows: list[_Numbers] = []
        self._places: list[_Numbers] = []
        self._packings: list[tuple[str, str, list[str]]] | None = None
        self._is_usual = True

    def add(self, relative: str, path: Path, footer: pq.FileMetaData, cells: _Numbers) -> None:
        """Take down the pages of a file.

        Parameters
        ----------
        relative
            Its name in the catalogue.
        path
            Where it is.
        footer
            What it says at its end.
        cells
            The cells of its rows.
        """
        located = locate(path, footer) if self._is_usual and footer.num_row_groups else None
        packings = _packings(footer)
        if located is None or packings is None or packings != (self._packings or packings):
            self._is_usual = self._is_usual and not footer.num_rows
            return
        self._packings = packings
        self._files.append((relative, path.stat().st_size, len(located.rows)))
        begins = np.cumsum(located.rows) - located.rows
        self._cells.append(cells[begins])
        self._rows.append(located.rows)
        self._places.append(located.places)

    def write(self, folder: Path) -> None:
        """Write the table, beside the files and their schema; none where something about them is unusual."""
        if not self._is_usual or not self._files:
            return
        cells = np.concatenate(self._cells)
        if np.any(cells[1:] < cells[:-1]):
            return
        names, sizes, counts = zip(*self._files, strict=True)
        described = {"files": names, "pages": len(cells), "columns": self._packings}
        head = json.dumps(described).encode()
        head += b" " * (-len(head) % _NUMBER.itemsize)
        firsts = np.concatenate([[0], np.cumsum(counts)])
        arrays = [np.array(sizes), firsts, cells, np.concatenate(self._rows), np.concatenate(self._places)]
        with (folder / PAGE_TABLE).open("wb") as file:
            file.write(_MAGIC + len(head).to_bytes(_LENGTH_BYTES, "little") + head)
            for array in arrays:
                file.write(np.ascontiguousarray(array, dtype=_NUMBER).tobytes())


class PageTable:
    """The pages of a catalogue; where they lie in their files stays on the disk until it is asked for.

    Parameters
    ----------
    folder
        The folder of the catalogue's files.
    types
        Of which types columns are read.

    Raises
    ------
    OSError, ValueError, KeyError
        When there is none, or it is damaged.
    """

    def __init__(self, folder: Path, types: Collection[pa.DataType]) -> None:
        path = folder / PAGE_TABLE
        with path.open("rb") as file:
            self._stamp = _stamp(os.fstat(file.fileno()))
            head = file.read(len(_MAGIC) + _LENGTH_BYTES)
            if not head.startswith(_MAGIC):
                raise ValueError(f"{path} is no table of pages")
            length = int.from_bytes(head[len(_MAGIC) :], "little")
            described = json.loads(file.read(min(length, self._stamp[1])))
            names, pages, packings = described["files"], described["pages"], described["columns"]
            if not 0 <= pages <= self._stamp[1] or any(".." in Path(name).parts for name in names):
                raise ValueError(f"{path} is damaged")

            def read(count: int) -> _Numbers:
                return np.frombuffer(file.read(count * _NUMBER.itemsize), dtype=_NUMBER, count=count)

            self._sizes, self._firsts = read(len(names)), read(len(names) + 1)
            self._cells, self.rows = read(pages), read(pages)
            self._begin = file.tell()
        self._path = path
        self._folder = folder
        self._names: list[str] = names
        self._width = len(packings) * 2 * _NUMBER.itemsize
        if self._begin + pages * self._width != self._stamp[1] or np.any(np.diff(self._cells) < 0):
            raise ValueError(f"{path} is damaged")
        self._leaves = leaves_of(folder / _SCHEMA, packings)
        self._numbers = {one.name: number for number, one in enumerate(self._leaves) if one.type in types}
        self._templates: dict[tuple[str, ...], tuple[Template, list[int]]] = {}

    def is_current(self) -> bool:
        """Say whether it is still the table that was opened."""
        return _stamp(self._path.stat()) == self._stamp

    @property
    def size_bytes(self) -> int:
        """Return how much memory it takes, about."""
        return 16 * len(self._cells) + 100 * len(self._names)

    def template(self, columns: Sequence[str]) -> tuple[Template, list[int]]:
        """Return what makes files of some columns, and the places of these among those of a page.

        Raises
        ------
        KeyError
            When there is no such column of one of the types.
        """
        wanted = tuple(columns)
        known = self._templates.get(wanted)
        if known is None:
            numbers = [self._numbers[name] for name in wanted]
            known = Template([self._leaves[number] for number in numbers]), numbers
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.clear()
            self._templates[wanted] = known
        return known

    def pages(self, cells: _Numbers) -> _Numbers:
        """Return the pages in which rows of some cells can stand, in the order of the sky.

        Parameters
        ----------
        cells
            Sorted, disjoint, half-open ranges, shape (n, 2).
        """
        # Rows of one cell may begin at the end of a page and go on in the next.
        first = np.maximum(np.searchsorted(self._cells, cells[:, 0], side="left") - 1, 0)
        last = np.searchsorted(self._cells, cells[:, 1], side="left")
        if len(cells) == 1:
            return np.arange(first[0], last[0])
        change = np.zeros(len(self._cells) + 1, dtype=np.int64)
        np.add.at(change, first, 1)
        np.add.at(change, np.maximum(first, last), -1)
        return np.flatnonzero(np.cumsum(change[:-1]))

    def places(self, pages: _Numbers) -> _Numbers:
        """Return where pages lie: for each of them and each column where it begins, and its bytes.

        Raises
        ------
        OSError, ValueError
            When the table cannot be read, or is not the one any more that was opened.
        """
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if _stamp(os.fstat(descriptor)) != self._stamp:
                raise ValueError("the table of pages was replaced while it was in use")
            size_bytes = len(self._cells) * self._width
            if len(pages) > _MANY * len(self._cells) and size_bytes <= _MOST_AT_ONCE_BYTES:
                content = os.pread(descriptor, size_bytes, self._begin)
                return np.frombuffer(content, dtype=_NUMBER).reshape(len(self._cells), -1, 2)[pages]
            parts = [
                os.pread(descriptor, self._width, self._begin + page * self._width) for page in pages.tolist()
            ]
            return np.frombuffer(b"".join(parts), dtype=_NUMBER).reshape(len(pages), -1, 2)
        finally:
            os.close(descriptor)

    def files_of(self, pages: _Numbers) -> list[int]:
        """Return the number of the file in which each page is."""
        found: list[int] = (np.searchsorted(self._firsts, pages, side="right") - 1).tolist()
        return found

    def file(self, number: int) -> tuple[str, int]:
        """Return path and size of a file."""
        return f"{self._folder}/{self._names[number]}", int(self._sizes[number])


def _stamp(seen: os.stat_result) -> tuple[int, int, int]:
    """Return by what a file is known that has been replaced."""
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _packings(footer: pq.FileMetaData) -> list[tuple[str, str, list[str]]] | None:
    """Return physical type, codec and encodings of each column; None where row groups differ."""
    found = None
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        chunks = [group.column(one) for one in range(group.num_columns)]
        here = [(one.physical_type, one.compression, sorted(one.encodings)) for one in chunks]
        if found is not None and found != here:
            return None
        found = here
    return found
