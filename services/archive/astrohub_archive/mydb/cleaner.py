"""The cleaner: forgets tables dropped long ago, and removes folders that belong to no table."""

from __future__ import annotations

import asyncio
import shutil

from ..incidents import report_incident
from ..logs import log_event
from .folders import TableFolders
from .store import ALIVE_S, TableStore

__all__ = ["TableCleaner"]

_AT_ONCE = 200
_ORPHAN_AGE_S = 4 * ALIVE_S


class TableCleaner:
    """Sweeps now and then.

    Parameters
    ----------
    store, folders
        The tables.
    every_s
        Seconds between two sweeps.
    """

    def __init__(self, store: TableStore, folders: TableFolders, *, every_s: float = 60) -> None:
        self._store = store
        self._folders = folders
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._forever())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _forever(self) -> None:
        while True:
            try:
                removed = await asyncio.to_thread(self.sweep)
                if removed:
                    log_event("dropped tables removed", folders=removed)
            except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported
                report_incident(e, "dropped tables could not be removed")
            await asyncio.sleep(self._every_s)

    def sweep(self, *, orphan_age_s: float = _ORPHAN_AGE_S) -> int:
        """Remove what is due once, and return how many folders that were."""
        self._store.forget_old()
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
