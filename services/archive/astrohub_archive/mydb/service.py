"""What MyDB's handlers work with, and what a user does with tables that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ..catalog.storage import read_storage
from ..identity import Identity
from ..models import HatsTable, PlainTable, Schema, Table
from ..reader import MYDB
from ..settings import MyDb as Options
from .cleaner import TableCleaner
from .dropped import DroppedTables
from .entry import Dropped, Entry
from .folders import FILE_NAME, SKY, TableFolders, files_of, size_of
from .makers import Makers
from .store import TableStore

__all__ = ["Listing", "MyDb", "OwnTables"]

_MOST_REMEMBERED = 500
_DESCRIPTION = "Your own tables. Only you see them."


class OwnTables:
    """Users' tables as a query finds them.

    Parameters
    ----------
    store, folders
        Where tables are kept.
    """

    def __init__(self, store: TableStore, folders: TableFolders) -> None:
        self._store = store
        self._folders = folders
        # The files of a table of one id never change.
        self._stored = lru_cache(maxsize=_MOST_REMEMBERED)(_stored)

    def __call__(self, user: str, text: str | None = None) -> Schema:
        """Return the schema of a user's tables; it blocks.

        Parameters
        ----------
        user
            Whose.
        text
            A query: tables that it does not name are there by their names only, in case one was meant.
            Without one all tables are there with their columns, but not to be read.
        """
        if text is None:
            return Schema(MYDB, tuple(map(_described, self._store.listed(user))), _DESCRIPTION)
        names, text = self._store.names(user), text.lower()
        named = [table_id for table_id, name in names.items() if name.lower() in text]
        others = (Table(MYDB, names[one], (), PlainTable(())) for one in names if one not in named)
        tables = map(self._table, self._store.listed(user, named) if named else ())
        return Schema(MYDB, (*tables, *others), _DESCRIPTION)

    def _table(self, entry: Entry) -> Table:
        return replace(_described(entry), storage=self._stored(self._folders.folder(entry)))


def _described(entry: Entry) -> Table:
    content = entry.content
    storage = PlainTable((), content.size_bytes)
    return Table(MYDB, entry.name, content.columns, storage, content.description, rows=content.rows)


def _stored(folder: Path) -> HatsTable | PlainTable:
    if (folder / SKY).is_dir():
        return replace(read_storage(folder / SKY).storage, private_folder=folder)
    # A table whose files are gone is not empty: the engine shall say which it misses.
    files = tuple(files_of(folder)) or (folder / FILE_NAME,)
    return PlainTable(files, size_of(folder), private_folder=folder)


@dataclass(frozen=True)
class Listing:
    """A user's tables, those that can be restored, and how many bytes they take."""

    entries: Sequence[Entry]
    dropped: Sequence[Dropped]
    used_bytes: int


@dataclass(frozen=True)
class MyDb:
    """MyDB's parts."""

    identity: Identity
    store: TableStore
    dropped: DroppedTables
    makers: Makers
    cleaner: TableCleaner
    options: Options

    def listed(self, owner: str) -> Listing:
        """Return what a user has; it blocks."""
        return Listing(self.store.listed(owner), self.dropped.listed(owner), self.store.used_bytes(owner))
