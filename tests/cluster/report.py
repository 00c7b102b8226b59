"""Says what is being done, and how long each step took."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Report"]


class Report:
    """Lines on standard error; steps may run side by side."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._lock = threading.Lock()

    def say(self, sentence: str) -> None:
        """Print a line."""
        with self._lock:
            # Past pytest's capture when a fixture starts the cluster: minutes without a word worry people.
            print(sentence, file=sys.__stderr__, flush=True)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say a step's title and seconds when it ends."""
        begin = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"  {time.monotonic() - begin:6.1f} s  failed: {title}")
            raise
        self.say(f"  {time.monotonic() - begin:6.1f} s  {title}")

    def elapsed(self) -> float:
        """Return the seconds since the report began."""
        return time.monotonic() - self._begin
