"""A bounded memory of failed log-ins, which says who must wait."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

__all__ = ["Throttle"]


class Throttle:
    """Count failures by key over a moving window.

    Parameters
    ----------
    limit
        Failures within the window after which the key must wait.
    window_s
        Seconds after which a failure is forgotten.
    clock
        Seconds, never going back.
    keys
        Keys remembered at most; the one that failed longest ago is forgotten first.
    """

    def __init__(
        self,
        limit: int,
        window_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        keys: int = 10_000,
    ) -> None:
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._keys = keys
        self._failures: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait_s(self, key: Hashable) -> int:
        """Seconds the key must wait; 0 when it may try."""
        failures = self._failures.get(key)
        if failures is None or len(failures) < self._limit:
            return 0
        return max(0, math.ceil(failures[0] + self._window_s - self._clock()))

    def failed(self, key: Hashable) -> None:
        """Remember a failure now."""
        failures = self._failures.setdefault(key, deque(maxlen=self._limit))
        failures.append(self._clock())
        self._failures.move_to_end(key)
        if len(self._failures) > self._keys:
            self._failures.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """Forget a key's failures, because it has succeeded."""
        self._failures.pop(key, None)
