"""A caller's jobs as a page shows them: all that is known of each, and word once any of them has changed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..identity import READ_ARCHIVE, require_scope
from ..ivoa.uws import Changes, JobFilter, JobsInFull, JobStore, jobs_in_full, version_of_jobs
from ..models import Principal
from ..settings import Limits

__all__ = ["JobsOverview", "Overview", "Wanted"]

_MOST = 500
_LOOK_AGAIN_S = 1.0
# Who has very many jobs is told a little later: looking takes a twentieth of the time at most.
_REST = 20


@dataclass(frozen=True)
class Wanted:
    """Which jobs of a caller are wanted.

    Attributes
    ----------
    filter
        By phase and time.
    text
        What their name or query must hold.
    most
        How many at most.
    """

    filter: JobFilter
    text: str = ""
    most: int = 50


@dataclass(frozen=True)
class Overview:
    """A page of jobs; `version` is another one once any job of the caller has changed."""

    page: JobsInFull
    version: str
    latest_destruction: datetime


class JobsOverview:
    """Shows callers their jobs. Nobody sees the jobs of another, and nobody in particular has none.

    Parameters
    ----------
    store, changes
        The jobs, and who is told when the service is to stop.
    limits
        How long jobs are kept, and how long a caller may wait.
    """

    def __init__(self, store: JobStore, changes: Changes, limits: Limits) -> None:
        self._store = store
        self._changes = changes
        self._limits = limits

    @property
    def latest_destruction(self) -> datetime:
        """Return until when a job may be kept, as of now."""
        return datetime.now(UTC) + timedelta(days=self._limits.job_lifetime_days)

    async def show(
        self, principal: Principal, wanted: Wanted, *, known: str | None = None, wait_s: int = 0
    ) -> Overview:
        """Return jobs; to a caller who knows them as they are, once one has changed or after so many seconds.

        Parameters
        ----------
        principal, wanted
            Whose jobs, and which.
        known
            The version that the caller has.
        wait_s
            How long at most.
        """
        require_scope(principal, READ_ARCHIVE)
        owner = principal.name
        if owner is None:
            return Overview(JobsInFull((), None), "", self.latest_destruction)
        # The version is read first: a change between the two is told once too often rather than never.
        version = await self._changed(owner, known, min(wait_s, self._limits.wait_s))
        most = min(wanted.most, _MOST)
        page = await asyncio.to_thread(jobs_in_full, self._store, owner, wanted.filter, wanted.text, most)
        return Overview(page, version, self.latest_destruction)

    async def _changed(self, owner: str, known: str | None, wait_s: float) -> str:
        until = time.monotonic() + wait_s
        while True:
            begin = time.monotonic()
            version = await asyncio.to_thread(version_of_jobs, self._store, owner)
            now = time.monotonic()
            if version != known or now >= until or self._changes.is_closed:
                return version
            pause = max(_LOOK_AGAIN_S, _REST * (now - begin))
            await self._changes.wait(f"jobs of {owner}", min(until - now, pause))
