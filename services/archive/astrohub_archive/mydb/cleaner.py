"""The cleaner: forgets tables dropped long ago, and removes folders that belong to no table."""

from __future__ import annotations

import shutil

from ..logs import log_event
from ..sweeping import Sweeper
from .dropped import DroppedTables
from .folders import TableFolders
from .store import ALIVE_S, TableStore

__all__ = ["TableCleaner"]

_AT_ONCE = 200
_ORPHAN_AGE_S = 4 * ALIVE_S


class TableCleaner(Sweeper):
    """Sweeps now and then.

    Parameters
    ----------
    store, dropped, folders
        The tables.
    every_s
        Seconds between two sweeps.
    """

    failed_event = "dropped tables could not be removed"

    def __init__(
        self, store: TableStore, dropped: DroppedTables, folders: TableFolders, *, every_s: float = 60
    ) -> None:
        super().__init__(every_s=every_s)
        self._store = store
        self._dropped = dropped
        self._folders = folders

    def log(self, removed: int) -> None:
        """Log how much was removed."""
        log_event("dropped tables removed", folders=removed)

    def sweep(self, *, orphan_age_s: float = _ORPHAN_AGE_S) -> int:
        """Remove what is due once, and return how many folders that were."""
        self._dropped.forget_old()
        removed = 0
        found = list(self._folders.older_than(orphan_age_s))
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            known = self._store.known([table_id for table_id, _ in some])
            for table_id, folder in some:
                if table_id not in known:
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
        return removed
