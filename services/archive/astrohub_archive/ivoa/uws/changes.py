"""Waiting for a job to change: at once for changes in this process, by looking again for those in others."""

from __future__ import annotations

import asyncio
from collections import defaultdict

__all__ = ["Changes"]


class Changes:
    """Tells those who wait for a job that it has changed."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def announce(self, job_id: str) -> None:
        """Wake everybody who waits for this job."""
        for event in self._waiting.get(job_id, ()):
            event.set()

    async def wait(self, job_id: str, within_s: float) -> None:
        """Return when the job is announced, or after so many seconds."""
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
