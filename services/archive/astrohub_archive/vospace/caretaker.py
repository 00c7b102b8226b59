"""The caretaker: empties the trash of what has been kept long enough, and clears away unfinished files."""

from __future__ import annotations

from ..logs import log_event
from ..sweeping import Sweeper
from .staging import Staging
from .trash import Trash

__all__ = ["Caretaker"]


class Caretaker(Sweeper):
    """Sweeps now and then.

    Parameters
    ----------
    staging, trash
        What is swept.
    every_s
        Seconds between two sweeps.
    """

    failed_event = "deleted files could not be removed"

    def __init__(self, staging: Staging, trash: Trash, *, every_s: float = 600) -> None:
        super().__init__(every_s=every_s)
        self._staging = staging
        self._trash = trash

    def log(self, removed: int) -> None:
        """Log how much was removed."""
        log_event("deleted files removed for good", things=removed)

    def sweep(self) -> int:
        """Remove what is due once, and return how many things that were."""
        return self._trash.sweep() + self._staging.sweep()
