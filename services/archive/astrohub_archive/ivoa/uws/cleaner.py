"""The cleaner: removes jobs past their destruction, and files that no job needs."""

from __future__ import annotations

from ...logs import log_event
from ...sweeping import Sweeper
from .folder import JobFolders
from .job import is_job_id
from .store import JobStore

__all__ = ["Cleaner"]

_AT_ONCE = 200
_REQUEST_AGE_S = 3600.0
_EVERY_S = 60.0


class Cleaner(Sweeper):
    """Sweeps one store now and then.

    Parameters
    ----------
    store
        The jobs.
    folders
        Where their results lie.
    lease_s
        Seconds after which nobody runs a job any more of which the store does not say so: files that have
        not changed for twice as long are nobody's.
    """

    failed_event = "old jobs could not be removed"

    def __init__(self, store: JobStore, folders: JobFolders, *, lease_s: float) -> None:
        super().__init__(every_s=min(_EVERY_S, 2 * lease_s))
        self._store = store
        self._folders = folders
        self._age_s = 2 * lease_s

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
        # What came with a query that is answered at once lies in a folder of the same kind, without a job.
        self._sweep_folders([name for name in self._folders.older_than(self._age_s) if is_job_id(name)])
        self._sweep_folders(
            [name for name in self._folders.older_than(_REQUEST_AGE_S) if not is_job_id(name)]
        )
        return removed

    def _sweep_folders(self, names: list[str]) -> None:
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            kept = self._store.results(some)
            for job_id in some:
                if job_id not in kept:
                    self._folders.remove(job_id)
                elif (name := kept[job_id]) is not None:
                    self._folders.keep_only(job_id, name)
