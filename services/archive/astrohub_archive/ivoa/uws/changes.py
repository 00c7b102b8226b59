"""Waiting for a job to change: at once for changes in this process, by looking again for those in others."""

from __future__ import annotations

import asyncio
from collections import defaultdict

__all__ = ["Changes"]


class Changes:
    """Tells those who wait for a job that it has changed."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.is_closed = False

    def close(self) -> None:
        """Wake everybody, now and from now on: the service is told to stop."""
        self.is_closed = True
        for job_id in list(self._waiting):
            self.announce(job_id)

    def announce(self, job_id: str) -> None:
        """Wake everybody who waits for this job."""
        for event in self._waiting.get(job_id, ()):
            event.set()

    async def wait(self, job_id: str, within_s: float) -> None:
        """Return when the job is announced, or after so many seconds, or when all are told to go."""
        if self.is_closed:
            return
        event = asyncio.Event()
        self._waiting[job_id].add(event)
        try:
            async with asyncio.timeout(within_s):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting[job_id].discard(event)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
