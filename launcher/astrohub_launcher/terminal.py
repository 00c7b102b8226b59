"""What is said to the person at the terminal."""

from __future__ import annotations

import re
import sys
import threading
import time

__all__ = ["Terminal", "redact"]


_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_WIDTH = 64


def redact(text: str) -> str:
    """Take names and passwords out of addresses."""
    return _USERINFO.sub("", text)


class Terminal:
    """Lines of progress with their times; safe to call from several threads.

    Parameters
    ----------
    to_errors
        Whether they go to standard error, because standard output is for what the command prints.
    """

    def __init__(self, *, to_errors: bool = False) -> None:
        self._lock = threading.Lock()
        self._begin = time.monotonic()
        self._to_errors = to_errors

    def say(self, text: str = "") -> None:
        """Say a line."""
        with self._lock:
            print(text, file=sys.stderr if self._to_errors else sys.stdout, flush=True)

    def begin(self, title: str) -> None:
        """Say that something begins."""
        self.say(f"  · {title}")

    def progress(self, title: str, what: str) -> None:
        """Say how far something has come."""
        self.say(f"    {title}: {what}")

    def done(self, title: str, seconds: float) -> None:
        """Say that something is finished, and how long it took."""
        self.say(f"  ✓ {title:<{_WIDTH}}{seconds:7.1f} s")

    def fault(self, sentence: str, details: list[str]) -> None:
        """Say a fault on standard error, with the lines that led to it."""
        with self._lock:
            sys.stdout.flush()
            print(redact(sentence), file=sys.stderr)
            for line in details:
                print(f"    {redact(line)}", file=sys.stderr)
            sys.stderr.flush()

    def elapsed(self) -> float:
        """Return the seconds since the launcher started."""
        return time.monotonic() - self._begin
