"""The caretaker: empties the trash of what has been kept long enough, and clears away unfinished files."""

from __future__ import annotations

import asyncio

from ..incidents import report_incident
from ..logs import log_event
from .staging import Staging
from .trash import Trash

__all__ = ["Caretaker"]


class Caretaker:
    """Sweeps now and then.

    Parameters
    ----------
    staging, trash
        What is swept.
    every_s
        Seconds between two sweeps.
    """

    def __init__(self, staging: Staging, trash: Trash, *, every_s: float = 600) -> None:
        self._staging = staging
        self._trash = trash
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
                    log_event("deleted files removed for good", things=removed)
            except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported, tried again
                report_incident(e, "deleted files could not be removed")
            await asyncio.sleep(self._every_s)

    def sweep(self) -> int:
        """Remove what is due once, and return how many things that were."""
        return self._trash.sweep() + self._staging.sweep()
