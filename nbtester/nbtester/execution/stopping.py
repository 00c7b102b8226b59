"""A wish to stop that reaches every notebook under way, from any thread or signal handler."""

from __future__ import annotations

import asyncio
import contextlib
import threading

__all__ = ["Stopper"]


class Stopper:
    """Carry one wish to stop into many event loops."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._is_set = False

    @property
    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._is_set

    def set(self) -> None:
        """Ask everything to stop."""
        self._is_set = True
        with self._lock:
            for loop, event in self._waiting:
                with contextlib.suppress(RuntimeError):  # a loop that has ended needs no word
                    loop.call_soon_threadsafe(event.set)

    async def wait(self) -> None:
        """Wait until somebody asks to stop."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.append(entry)
        try:
            if not self._is_set:
                await entry[1].wait()
        finally:
            with self._lock:
                self._waiting.remove(entry)
