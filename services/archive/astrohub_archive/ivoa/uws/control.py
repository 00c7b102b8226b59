"""What can be done with a job once it is known that its caller may: wait, queue, stop, remove."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from .changes import Changes
from .folder import JobFolders
from .job import Job, Phase
from .runner import Runner
from .store import JobStore

__all__ = ["Control"]

_LOOK_AGAIN_S = 1.0


class Control:
    """Acts on jobs, and tells whoever waits for them.

    Parameters
    ----------
    store, folders, changes, runner
        The jobs, their results, who waits for them, who runs them.
    wait_s
        How long a caller may wait at most.
    """

    def __init__(
        self, store: JobStore, folders: JobFolders, changes: Changes, runner: Runner, *, wait_s: float
    ) -> None:
        self._store = store
        self._folders = folders
        self._changes = changes
        self._runner = runner
        self._wait_s = wait_s

    async def wait(
        self, look: Callable[[], Awaitable[Job]], *, seconds: int, phase: Phase | None = None
    ) -> Job:
        """Return a job once it has left the phase it is in, or after so many seconds (UWS 1.1, §2.2.1.1).

        Parameters
        ----------
        look
            Returns the job as it is now, to a caller who may see it.
        seconds
            How long at most; negative for as long as the service allows.
        phase
            The phase that the caller believes it to be in; if it is in another, nothing is waited for.
        """
        job = await look()
        until = time.monotonic() + (self._wait_s if seconds < 0 else min(seconds, self._wait_s))
        seen = phase or job.phase
        while not job.is_final and job.phase == seen and not self._changes.is_closed:
            left = until - time.monotonic()
            if left <= 0:
                break
            await self._changes.wait(job.job_id, min(left, _LOOK_AGAIN_S))
            job = await look()
        return job

    async def queue(self, job_id: str) -> bool:
        """Queue a job; say whether it had not been queued before."""
        queued = await asyncio.to_thread(self._store.enqueue, job_id)
        self._changes.announce(job_id)
        self._runner.wake()
        return queued

    async def abort(self, job_id: str) -> None:
        """Stop a job; one that has ended is left as it is."""
        await asyncio.to_thread(self._store.abort, job_id)
        await self._runner.cancel(job_id)
        self._changes.announce(job_id)

    async def remove(self, job_id: str) -> None:
        """Stop a job and remove it with its result."""
        # Nobody can begin a job that is gone; whoever runs it notices.
        await asyncio.to_thread(self._store.delete, job_id)
        await self._runner.cancel(job_id)
        await asyncio.to_thread(self._folders.remove, job_id)
        self._changes.announce(job_id)
