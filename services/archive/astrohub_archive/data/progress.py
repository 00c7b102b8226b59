"""Saying how far a long command has come: on one line of a terminal, now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

__all__ = ["Progress"]

_ON_TERMINAL_S = 0.2
_ELSEWHERE_S = 10.0


class Progress:
    """Writes lines such as `reading stars.csv: 1,200,000 rows`.

    Parameters
    ----------
    stream
        Where to; standard error when not given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._on_terminal = self._stream.isatty()
        self._doing = ""
        self._at = 0.0

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Say what is being done, how many rows are done, and of how many (0: not known)."""
        now = time.monotonic()
        if doing == self._doing and now - self._at < (_ON_TERMINAL_S if self._on_terminal else _ELSEWHERE_S):
            return
        self._doing, self._at = doing, now
        text = f"{doing}: {done:,} rows" if not total else f"{doing}: {done:,} of {total:,} rows"
        self._stream.write(f"\r\x1b[K{text}" if self._on_terminal else f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Clear the line of a terminal."""
        if self._on_terminal and self._doing:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
