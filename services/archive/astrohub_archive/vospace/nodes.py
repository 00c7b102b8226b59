"""What callers are told of files and folders."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

__all__ = ["Kind", "Listing", "Node", "Room", "kind_of", "node_of"]

Kind = Literal["file", "folder", "link"]


@dataclass(frozen=True)
class Node:
    """A file, a folder, or a link (which is shown and never followed).

    `path` is the one by which the caller asks for it; `version` changes whenever the content may have.
    """

    path: str
    kind: Kind
    size: int
    modified: datetime
    writable: bool
    version: str = ""

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Room:
    """How much a home holds and may hold, in bytes."""

    used_bytes: int
    limit_bytes: int


@dataclass(frozen=True)
class Listing:
    """A page of a folder.

    Parameters
    ----------
    folder
        The folder itself.
    entries
        What it holds, by name.
    next
        From where the next page goes on; None on the last.
    omitted
        How many entries have names that cannot be written.
    room
        Of the caller's home, when the folder lies in it.
    """

    folder: Node
    entries: tuple[Node, ...]
    next: str | None = None
    omitted: int = 0
    room: Room | None = None


def kind_of(status: os.stat_result) -> Kind | None:
    """Return the kind of an entry; None for pipes, sockets and devices, which are not shown."""
    if stat.S_ISREG(status.st_mode):
        return "file"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    return "link" if stat.S_ISLNK(status.st_mode) else None


def node_of(path: str, status: os.stat_result, *, writable: bool) -> Node | None:
    """Return what is told of an entry, or None when it is of no kind that is shown."""
    kind = kind_of(status)
    if kind is None:
        return None
    return Node(
        path,
        kind,
        size=status.st_size if kind == "file" else 0,
        modified=datetime.fromtimestamp(status.st_mtime, UTC),
        writable=writable,
        version=f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}",
    )
