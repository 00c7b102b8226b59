"""Having an uploaded file read, or rows that are kept put in another order: in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import EngineError, UsageError
from ..models import Column
from ..settings import MyDb
from .content import Content
from .forks import Forks, Lost
from .writing import NoRoomError

__all__ = ["FORMATS", "Arranged", "Arranging", "Converter", "Wishes"]

FORMATS = ("csv", "votable", "fits", "parquet", "ecsv")
"""What can be uploaded."""


@dataclass(frozen=True)
class Wishes:
    """What an author wants of a table beyond what its file says.

    Attributes
    ----------
    kinds
        Types of columns by their names.
    like
        A file of the table to which the rows are appended.
    table
        The name of that table.
    empty
        Whether only the columns are wanted.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    like: Path | None = None
    table: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Arranging:
    """An order in which rows are to be kept.

    Attributes
    ----------
    sources
        The files of the rows.
    folder
        Where the files in the new order are put.
    position
        The columns of the position by which they are sorted; True lets them be found.
    indexes
        Columns whose values rows are found by.
    unique
        A column that must hold no value twice.
    """

    sources: Sequence[Path]
    folder: Path
    position: tuple[str, str] | bool = False
    indexes: tuple[str, ...] = ()
    unique: str | None = None


@dataclass(frozen=True)
class Arranged:
    """Rows in their new order: by which position, and how many bytes they take."""

    position: tuple[str, str] | None
    size_bytes: int


class Converter:
    """Turns uploaded files into the files of tables, and these into better ones.

    Parameters
    ----------
    limits
        How many at once, and what each may use.
    forks
        Where it is done.
    """

    def __init__(self, limits: MyDb, forks: Forks) -> None:
        self._limits = limits
        self._forks = forks
        self._turns = asyncio.Semaphore(limits.conversions)

    async def convert(
        self, source: Path, form: str, target: Path, *, room_bytes: int, wishes: Wishes | None = None
    ) -> Content:
        """Read `source` and write `target`; return what it holds.

        Raises
        ------
        UsageError
            When the file is not what it should be.
        NoRoomError
            When the table would take more than `room_bytes`.
        """
        wishes = wishes or Wishes()
        task = {
            "source": str(source),
            "format": form,
            "target": str(target),
            "room_bytes": room_bytes,
            "kinds": dict(wishes.kinds),
            "like": str(wishes.like) if wishes.like else None,
            "table": wishes.table,
            "empty": wishes.empty,
        }
        said = await self._run("convert", task, f"Reading the file as {form}")
        content = said["content"]
        columns = tuple(Column(**column) for column in content.pop("columns"))
        return Content(columns=columns, **content)

    async def arrange(self, wanted: Arranging) -> Arranged:
        """Write rows in another order.

        Raises
        ------
        UsageError
            When they cannot be: rows without a position, values twice, a column of the wrong kind.
        """
        task = {
            "sources": [str(path) for path in wanted.sources],
            "folder": str(wanted.folder),
            "position": list(wanted.position) if isinstance(wanted.position, tuple) else wanted.position,
            "indexes": list(wanted.indexes),
            "unique": wanted.unique,
        }
        said = await self._run("arrange", task, "Indexing the table")
        position = said["position"]
        return Arranged((position[0], position[1]) if position else None, said["size_bytes"])

    async def stop(self) -> None:
        """End what is being done."""
        await self._forks.stop()

    async def _run(self, program: str, task: dict[str, Any], doing: str) -> dict[str, Any]:
        seconds = self._limits.create_s
        task["memory_mb"] = self._limits.conversion_memory_mb
        try:
            async with self._turns:
                said = await self._forks.run(program, task, seconds=seconds)
        except TimeoutError as e:
            raise UsageError(
                f"{doing} took longer than the {seconds:,} s it may take; "
                "use a smaller one, or Parquet, which is read fastest."
            ) from e
        except Lost as e:
            raise EngineError(f"{doing} failed; it may be damaged, or need too much memory.") from e
        if said.get("no_room"):
            raise NoRoomError
        if "refused" in said:
            raise UsageError(said["refused"])
        return said
