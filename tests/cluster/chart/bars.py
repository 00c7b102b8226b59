"""Bars that hold on a quiet machine, and what is granted where others work beside the tests."""

from __future__ import annotations

import os

__all__ = ["granted"]

#: On a quiet machine: the bars were measured where the tests now run, but not on the same day.
_ALWAYS = 1.5
#: For each further process that wants a processor.
_FOR_EACH = 1.5


def granted(bar_s: float) -> float:
    """Return how long what takes `bar_s` seconds at most on a quiet machine may take now."""
    waiting = max(os.getloadavg()[:2]) / (os.cpu_count() or 1)
    return bar_s * (_ALWAYS + _FOR_EACH * waiting)
