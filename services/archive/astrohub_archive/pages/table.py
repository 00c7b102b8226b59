"""The table of a catalogue's pages: which cells begin them, and where they lie.

A file of ours beside the Parquet files of a catalogue: magic bytes, then the length and the CRC-32 of what
says all but where pages lie: a description (JSON) and arrays of 64-bit integers, least byte first: sizes of
the files, first page of each, first cell and rows of each page. Then for each page a record: where its part
of each column begins, its bytes, and those unpacked; and the record's CRC-32.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from struct import Struct
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .excerpt import Template, leaves_of
from .located import locate
from .reading import read_part
from .spans import spanned

__all__ = ["PAGE_TABLE", "PageTable", "PageTableMaker", "Stamp", "stamp_of"]

PAGE_TABLE = "_pages"
"""Its name; readers of Parquet pass over names that begin so."""

_SCHEMA = "_common_metadata"
_MAGIC = b"AHPAGES1"
_HEAD = Struct("<8sQQ")
_NUMBER = np.dtype("<i8")
_MOST_TEMPLATES = 64

_Numbers = NDArray[np.int64]
Stamp = tuple[int, int, int]


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
        described = {
            "files": names,
            "pages": len(cells),
            "columns": self._packings,
            "schema": crc32((folder / _SCHEMA).read_bytes()),
        }
        firsts = np.concatenate([[0], np.cumsum(counts)])
        arrays = [np.array(sizes), firsts, cells, np.concatenate(self._rows)]
        text = json.dumps(described).encode()
        content = len(text).to_bytes(_NUMBER.itemsize, "little") + text
        content += b"".join(array.astype(_NUMBER).tobytes() for array in arrays)
        with (folder / PAGE_TABLE).open("wb") as file:
            file.write(_HEAD.pack(_MAGIC, len(content), crc32(content)) + content)
            for places in self._places:
                file.write(b"".join(map(_record, places.astype(_NUMBER))))


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
    OSError, ValueError, KeyError, TypeError, struct.error
        When there is none, or it is damaged.
    """

    def __init__(self, folder: Path, types: Collection[pa.DataType]) -> None:
        path = folder / PAGE_TABLE
        with path.open("rb") as file:
            self._stamp = stamp_of(os.fstat(file.fileno()))
            magic, length, checksum = _HEAD.unpack(file.read(_HEAD.size).ljust(_HEAD.size))
            content = file.read(min(length, self._stamp[1]))
            if magic != _MAGIC or len(content) != length or crc32(content) != checksum:
                raise ValueError(f"{path} is damaged")
        end = _NUMBER.itemsize + int.from_bytes(content[: _NUMBER.itemsize], "little")
        described = json.loads(content[_NUMBER.itemsize : end])
        names, pages, packings = described["files"], described["pages"], described["columns"]
        if any(".." in Path(name).parts for name in names):
            raise ValueError(f"{path} leads elsewhere")
        numbers = np.frombuffer(content, dtype=_NUMBER, offset=end, count=2 * len(names) + 1 + 2 * pages)
        bounds = np.cumsum([len(names), len(names) + 1, pages])
        self._sizes, self._firsts, self._cells, self.rows = np.split(numbers, bounds)
        self._begin = _HEAD.size + length
        self._path = path
        self._folder = folder
        self._names: list[str] = names
        self.width = len(packings)
        """How many columns there are."""
        self._record_bytes = (3 * len(packings) + 1) * _NUMBER.itemsize
        if self._begin + pages * self._record_bytes != self._stamp[1]:
            raise ValueError(f"{path} is damaged")
        schema = (folder / _SCHEMA).read_bytes()
        if crc32(schema) != described["schema"]:
            raise ValueError(f"{folder / _SCHEMA} is not the one of these pages")
        leaves = leaves_of(schema, packings)
        self._leaves = {leaf.name: (i, leaf) for i, leaf in enumerate(leaves) if leaf and leaf.type in types}
        self._templates: dict[tuple[str, ...], tuple[Template, list[int]]] = {}

    @property
    def size_bytes(self) -> int:
        """Return how much memory it takes, about."""
        return 16 * len(self._cells) + 100 * len(self._names)

    def has(self, columns: Sequence[str]) -> bool:
        """Say whether there are all of some columns, of types that are read."""
        return self._leaves.keys() >= set(columns)

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
            numbers, leaves = zip(*(self._leaves[name] for name in wanted), strict=True)
            known = Template(leaves), list(numbers)
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
        return spanned(first, last, len(self._cells))

    def places(self, pages: _Numbers, *, at_once: bool = False) -> _Numbers:
        """Return where pages lie: for each page and column where it begins, its bytes, those unpacked.

        Raises
        ------
        OSError, ValueError
            When the table cannot be read, is damaged, or is not the one any more that was opened; when it
            is to be read at once, also when that would have to be waited for.
        """
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if stamp_of(os.fstat(descriptor)) != self._stamp:
                raise ValueError("the table of pages was replaced while it was in use")
            size = self._record_bytes
            places = (self._begin + page * size for page in pages.tolist())
            records = [read_part(descriptor, size, place, at_once=at_once) for place in places]
        finally:
            os.close(descriptor)
        if not all(record and _is_sound(record) for record in records):
            raise ValueError("the table of pages is damaged, or not in memory")
        numbers = np.frombuffer(b"".join(filter(None, records)), dtype=_NUMBER).reshape(len(pages), -1)
        return numbers[:, :-1].reshape(len(pages), self.width, 3)

    def files_of(self, pages: _Numbers) -> list[int]:
        """Return the number of the file in which each page is."""
        found: list[int] = (np.searchsorted(self._firsts, pages, side="right") - 1).tolist()
        return found

    def file(self, number: int) -> tuple[str, int]:
        """Return path and size of a file."""
        return f"{self._folder}/{self._names[number]}", int(self._sizes[number])


def stamp_of(seen: os.stat_result) -> Stamp:
    """Return by what a file is known that has been replaced."""
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _record(places: _Numbers) -> bytes:
    """Return the record of one page."""
    content = places.tobytes()
    return content + crc32(content).to_bytes(_NUMBER.itemsize, "little")


def _is_sound(record: bytes | bytearray) -> bool:
    return (
        crc32(record[: -_NUMBER.itemsize]).to_bytes(_NUMBER.itemsize, "little") == record[-_NUMBER.itemsize :]
    )


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
