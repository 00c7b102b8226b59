"""What an operator wants loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .names import TableName

__all__ = ["LoadRequest"]


@dataclass(frozen=True)
class LoadRequest:
    """What is to become a table, and how.

    Attributes
    ----------
    files
        Files or folders of files, all of one table.
    table
        The name of the table.
    ra, dec
        The columns of the positions, when they are not to be found.
    positions
        Whether the table has positions at all.
    indexes
        Identifiers that get an index.
    replace
        Whether a table of that name is replaced.
    skip_without_position
        Whether rows without a position are left out; else they stop the load.
    memory_mb
        Memory that sorting may use.
    """

    files: tuple[Path, ...]
    table: TableName
    ra: str | None = None
    dec: str | None = None
    positions: bool = True
    indexes: tuple[str, ...] = ()
    replace: bool = False
    skip_without_position: bool = False
    memory_mb: int = 1024
