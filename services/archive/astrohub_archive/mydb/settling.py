"""Settling rows: where they lie once they are written, in the order in which they are found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import ArchiveError
from ..settings import MyDb
from ..table_files import Arranging, Content, Converter
from .entry import Arrangement
from .folders import FILE_NAME, SKY, files_of, size_of
from .positions import position_by_ucd

__all__ = ["Settler"]

_ARRANGED = "arranged"
# Few files are read faster than many; those of a small table are soon rewritten as one.
_MOST_PARTS, _MOST_SMALL_PARTS = 64, 8
_SMALL_BYTES = 64 * 1024**2


class Settler:
    """Puts rows in the order in which they are found.

    Parameters
    ----------
    converter
        Does it, in a process of its own.
    options
        From how many rows on it is done unasked.
    """

    def __init__(self, converter: Converter, options: MyDb) -> None:
        self._converter = converter
        self._options = options

    async def settle(
        self,
        folder: Path,
        content: Content,
        wanted: Arrangement,
        *,
        former: Sequence[Path] = (),
        former_rows: int = 0,
    ) -> tuple[Content, Arrangement]:
        """Order the rows in a folder, and those of `former` files before them, as is wanted.

        When rows have become many, and their columns of positions are known by UCD, they are ordered by these
        unasked.

        Raises
        ------
        UsageError
            When what is wanted cannot be.
        """
        sources = [*former, *await asyncio.to_thread(files_of, folder)]
        if content.rows and wanted.columns:
            wanted = await self.arrange(folder, sources, wanted)
        elif pair := self._unasked(content, former_rows):
            try:
                wanted = await self.arrange(folder, sources, Arrangement(pair))
            except ArchiveError:
                wanted = Arrangement()  # it was not asked for: rows without a position, or too many
        content = await self.measure(folder, content)
        most = _MOST_SMALL_PARTS if content.size_bytes < _SMALL_BYTES else _MOST_PARTS
        if wanted.position is None and len(await asyncio.to_thread(files_of, folder)) > most:
            await self.arrange(folder, sources, wanted)
            content = await self.measure(folder, content)
        return content, wanted

    async def arrange(
        self,
        folder: Path,
        sources: Sequence[Path],
        wanted: Arrangement,
        *,
        unique: str | None = None,
        find_position: bool = False,
    ) -> Arrangement:
        """Write the rows of some files into a folder, in the order wanted; they replace what is there.

        Raises
        ------
        UsageError
            When it cannot be.
        """
        target = folder / _ARRANGED
        task = Arranging(sources, target, wanted.position or find_position, wanted.indexes, unique)
        arranged = await self._converter.arrange(task)
        await asyncio.to_thread(_move, target, folder, by_position=arranged.position is not None)
        return replace(wanted, position=arranged.position)

    async def measure(self, folder: Path, content: Content) -> Content:
        """Return a content with the size that the files in a folder have."""
        return replace(content, size_bytes=await asyncio.to_thread(size_of, folder))

    def _unasked(self, content: Content, former_rows: int) -> tuple[str, str] | None:
        # Once: when it could not be then, not all rows have a position, and more do not change that.
        became_many = former_rows < self._options.position_index_rows <= content.rows
        return position_by_ucd(content.columns) if became_many else None


def _move(made: Path, folder: Path, *, by_position: bool) -> None:
    for path in files_of(folder):
        if (folder / SKY) not in path.parents:
            path.unlink()
    if by_position:
        made.rename(folder / SKY)
        return
    (made / FILE_NAME).rename(folder / FILE_NAME)
    made.rmdir()
