"""Leaves no process behind: adopts orphans and ends them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["adopt_orphans", "end_descendants", "reap"]

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants(*, patience_s: float) -> None:
    """End every process below this one: ask first, then insist."""
    for number, patience in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 2.0)):
        deadline = time.monotonic() + patience
        asked: set[int] = set()
        while (alive := _descendants(os.getpid())) and time.monotonic() < deadline:
            for pid in alive - asked:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            asked |= alive
            reap(set())
            time.sleep(0.02)


def reap(known: set[int]) -> None:
    """Take note of the end of adopted processes; those that are known are left to whoever waits for them."""
    for pid in _children(os.getpid()) - known:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    todo = [pid]
    while todo:
        for child in _children(todo.pop()) - found:
            found.add(child)
            todo.append(child)
    return found


def _children(pid: int) -> set[int]:
    children: set[int] = set()
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                children |= {int(child) for child in (thread / "children").read_text().split()}
    return children
