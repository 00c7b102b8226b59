"""What MyDB's handlers work with, and what a user does with tables that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..identity import Identity
from ..models import PlainTable, Schema, Table
from ..reader import MYDB
from ..settings import MyDb as Options
from .cleaner import TableCleaner
from .entry import Entry
from .folders import FILE_NAME, TableFolders
from .making import Makers
from .store import TableStore

__all__ = ["MyDb", "OwnTables"]

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

    def __call__(self, user: str, text: str | None = None) -> Schema:
        """Return the schema of a user's tables; it blocks.

        Parameters
        ----------
        user
            Whose.
        text
            A query: tables that it does not name are there by their names only, in case one was meant.
        """
        if text is None:
            return Schema(MYDB, tuple(map(self._table, self._store.listed(user))), _DESCRIPTION)
        names, text = self._store.names(user), text.lower()
        named = [table_id for table_id, name in names.items() if name.lower() in text]
        others = (Table(MYDB, names[one], (), PlainTable(())) for one in names if one not in named)
        tables = map(self._table, self._store.listed(user, named) if named else ())
        return Schema(MYDB, (*tables, *others), _DESCRIPTION)

    def _table(self, entry: Entry) -> Table:
        folder = self._folders.folder(entry)
        content = entry.content
        storage = PlainTable((folder / FILE_NAME,), content.size_bytes, private_folder=folder)
        return Table(MYDB, entry.name, content.columns, storage, content.description, rows=content.rows)


@dataclass(frozen=True)
class MyDb:
    """MyDB's parts."""

    identity: Identity
    store: TableStore
    makers: Makers
    cleaner: TableCleaner
    options: Options

    def listed(self, owner: str) -> tuple[Sequence[Entry], int]:
        """Return a user's tables, and how many bytes they take; it blocks."""
        return self.store.listed(owner), self.store.used_bytes(owner)

    def drop(self, owner: str, name: str) -> None:
        """Take a table away; it can be restored for a while. It blocks.

        Raises
        ------
        NotFound
            When there is none of the name.
        """
        self.store.drop(owner, name)
        self.store.forget_beyond_quota(owner)
