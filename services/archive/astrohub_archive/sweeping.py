"""Sweeping: something that is done now and then in the background, and reported."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

from .incidents import report_incident

__all__ = ["Sweeper"]


class Sweeper(ABC):
    """Sweeps in a thread, then waits; a sweep that fails is reported, and the next one is tried.

    Parameters
    ----------
    every_s
        Seconds between two sweeps.
    """

    failed_event: ClassVar[str]

    def __init__(self, *, every_s: float) -> None:
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

    @abstractmethod
    def sweep(self) -> int:
        """Remove what is due once, and return how much that was."""

    @abstractmethod
    def log(self, removed: int) -> None:
        """Log how much was removed, in the words of what it was."""

    async def _forever(self) -> None:
        while True:
            try:
                removed = await asyncio.to_thread(self.sweep)
                if removed:
                    self.log(removed)
            except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported, tried again
                report_incident(e, self.failed_event)
            await asyncio.sleep(self._every_s)
