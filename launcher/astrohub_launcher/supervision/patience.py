"""How long a part may be silent before it counts as hanging.

A machine that is busy must not have its parts restarted: each restart would make it busier. So silence counts
only while the supervisor itself gets its turn, a part that computes is given more, and any part twice as much
after each end.
"""

from __future__ import annotations

from collections.abc import Callable

from ..processes import Identity, processor_ticks
from .pace import Pace

__all__ = ["Patience"]

# A look takes a few seconds when a part is silent. What was longer, somebody else had the machine.
_LONGEST_LOOK_S = 10.0
_MOST_DOUBLINGS = 4


class Patience:
    """The patience with one part.

    Parameters
    ----------
    pace
        How long.
    ticks
        How much a process has computed, in units of its own; None when that cannot be known.
    """

    def __init__(self, pace: Pace, ticks: Callable[[Identity], int | None] = processor_ticks) -> None:
        self._pace = pace
        self._ticks = ticks
        self._process: Identity | None = None
        self._computed: int | None = None
        self._looked = 0.0
        self._idle_s = 0.0
        self._silent_s = 0.0
        self._doublings = 0

    def is_over(self, process: Identity, *, answers: bool, now: float) -> str | None:
        """Take note of a look at a part; say what it failed to do when it is to be ended.

        Parameters
        ----------
        process
            The process that was looked at.
        answers
            Whether it gave any answer.
        now
            The moment, in seconds of a clock that only goes forward.
        """
        computed = self._ticks(process)
        if answers or process != self._process:
            self._begin(process, computed, now)
            return None
        counted = min(now - self._looked, _LONGEST_LOOK_S)
        self._silent_s += counted
        # Without a look at its processor time, a part counts as busy: the longer patience.
        is_idle = computed is not None and computed == self._computed
        self._idle_s = self._idle_s + counted if is_idle else 0.0
        self._looked, self._computed = now, computed
        longer = 2.0**self._doublings
        if (
            self._idle_s < self._pace.patience_s * longer
            and self._silent_s < self._pace.busy_patience_s * longer
        ):
            return None
        self._doublings = min(self._doublings + 1, _MOST_DOUBLINGS)
        return f"did not answer for {self._silent_s:.0f} s"

    def _begin(self, process: Identity, computed: int | None, now: float) -> None:
        self._process, self._computed, self._looked = process, computed, now
        self._idle_s = self._silent_s = 0.0
