"""Waiting for something to become true."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["comes_true", "until"]

_LOOK_S = 0.05


def until(condition: Callable[[], bool], what: str, *, timeout_s: float = 120.0) -> None:
    """Return as soon as a condition holds; fail with what was waited for when it does not in time."""
    if not comes_true(condition, timeout_s=timeout_s):
        raise AssertionError(f"{what}: not within {timeout_s:g} s")


def comes_true(condition: Callable[[], bool], *, timeout_s: float) -> bool:
    """Return whether a condition holds in time.

    A file that goes away while the condition looks at it is no failure: it looks again.
    """
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while not _holds(condition):
        if time.monotonic() > deadline:
            return False
        pause.wait(_LOOK_S)
    return True


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except FileNotFoundError:
        return False
