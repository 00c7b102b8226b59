"""The memory of a running service: what all its processes hold of their own, watched while it works."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ServiceMemory"]

_EVERY_S = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ServiceMemory:
    """What a process and its descendants hold; pages that they share with others or with files are left out.

    Parameters
    ----------
    pid
        The process.

    Attributes
    ----------
    above_idle_mb
        Megabytes that they have held at most, beyond what they held when they were first watched.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._idle: int | None = None
        self.above_idle_mb = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch until the block ends."""
        self._idle = self._held() if self._idle is None else self._idle
        ended = threading.Event()
        thread = threading.Thread(target=self._watch, args=(self._idle, ended))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _watch(self, idle: int, ended: threading.Event) -> None:
        while not ended.wait(_EVERY_S):
            self.above_idle_mb = max(self.above_idle_mb, (self._held() - idle) / 1e6)

    def _held(self) -> int:
        return sum(_own_bytes(pid) for pid in _family(self._pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [one for task in tasks for one in (task / "children").read_text("ascii").split()]
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _own_bytes(pid: int) -> int:
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE_BYTES
