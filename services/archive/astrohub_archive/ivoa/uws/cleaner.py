"""The cleaner: removes jobs past their destruction, and folders that belong to no job."""

from __future__ import annotations

from ...logs import log_event
from ...sweeping import Sweeper
from .folder import JobFolders
from .store import JobStore

__all__ = ["Cleaner"]

_AT_ONCE = 200
_ORPHAN_AGE_S = 3600.0


class Cleaner(Sweeper):
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

    failed_event = "old jobs could not be removed"

    def __init__(self, store: JobStore, folders: JobFolders, *, every_s: float = 60) -> None:
        super().__init__(every_s=every_s)
        self._store = store
        self._folders = folders

    def log(self, removed: int) -> None:
        """Log how much was removed."""
        log_event("old jobs removed", jobs=removed)

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
