"""Waiting for something to become true."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["until"]

_LOOK_S = 0.05


def until(condition: Callable[[], bool], what: str, *, timeout_s: float = 120.0) -> None:
    """Return as soon as a condition holds; fail with what was waited for when it does not in time."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout_s:g} s")
        pause.wait(_LOOK_S)
