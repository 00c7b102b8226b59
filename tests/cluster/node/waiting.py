"""Waits for something that this machine will come to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ..errors import ClusterError

__all__ = ["wait_until"]

_Found = TypeVar("_Found")
_LOOK_S = 0.05


def wait_until(look: Callable[[], _Found | None], what: str, *, timeout_s: float) -> _Found:
    """Return what `look` finds as soon as it is something true.

    Raises
    ------
    ClusterError
        When it does not come in time.
    """
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise ClusterError(f"Waited {timeout_s:g} s in vain for {what}.")
        time.sleep(_LOOK_S)
    return found
