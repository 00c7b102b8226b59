"""The cleaner: removes jobs past their destruction, and folders that belong to no job."""

from __future__ import annotations

import asyncio

from ...incidents import report_incident
from ...logs import log_event
from .folder import JobFolders
from .store import JobStore

__all__ = ["Cleaner"]

_AT_ONCE = 200
_ORPHAN_AGE_S = 3600.0


class Cleaner:
    """Sweeps one store now and then.

    Parameters
    ----------
    store
        The jobs.
    folders
        Where their results lie.
    every_s
        Seconds between two sweeps.
    """

    def __init__(self, store: JobStore, folders: JobFolders, *, every_s: float = 60) -> None:
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
                    log_event("old jobs removed", jobs=removed)
            except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported, tried again
                report_incident(e, "old jobs could not be removed")
            await asyncio.sleep(self._every_s)

    def sweep(self) -> int:
        """Remove what is due once, and return how many jobs that were."""
        removed = 0
        while expired := self._store.expired(_AT_ONCE):
            for job_id in expired:
                self._store.delete(job_id)
                self._folders.remove(job_id)
            removed += len(expired)
        orphans = list(self._folders.older_than(_ORPHAN_AGE_S))
        for start in range(0, len(orphans), _AT_ONCE):
            some = orphans[start : start + _AT_ONCE]
            for job_id in set(some) - self._store.known(some):
                self._folders.remove(job_id)
        return removed
