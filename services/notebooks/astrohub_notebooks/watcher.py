"""When to look at the source: every so often, and whenever somebody says that something is new."""

from __future__ import annotations

import asyncio
import logging

from .errors import NotebooksError
from .publisher import Publisher

__all__ = ["Watcher"]

_log = logging.getLogger(__name__)


class Watcher:
    """Let a publisher look again and again.

    Parameters
    ----------
    publisher
        Who looks.
    poll_s
        Seconds between two looks.
    """

    def __init__(self, publisher: Publisher, poll_s: float) -> None:
        self._publisher = publisher
        self._poll_s = poll_s
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Ask for a look now, or right after the one that is under way."""
        self._woken.set()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._woken.clear()
            try:
                await asyncio.to_thread(self._publisher.look)
            except NotebooksError:
                pass  # the publisher remembers and reports it
            except Exception:  # noqa: BLE001  the outermost ring: the next look may fare better
                _log.exception("look failed")
            try:
                await asyncio.wait_for(self._woken.wait(), self._poll_s)
            except TimeoutError:
                continue
