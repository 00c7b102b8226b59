"""What a lane has done so far: plain numbers, which whoever watches the archive reads at any time."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

__all__ = ["BOUNDS_S", "Durations", "Usage"]

#: Upper bounds of the classes in which durations are counted, in seconds; above the last there is one more.
BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class Durations:
    """Counts durations by class."""

    def __init__(self) -> None:
        self.total_s = 0.0
        self._counts = [0] * (len(BOUNDS_S) + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.total_s += seconds

    def up_to(self) -> list[tuple[str, int]]:
        """Return for each bound, as text, how many were not longer; the last bound is `+Inf`."""
        return list(zip([*map(str, BOUNDS_S), "+Inf"], accumulate(self._counts), strict=True))


class Usage:
    """What became of the requests to one lane.

    Attributes
    ----------
    answered
        How long they took, waiting for a worker included.
    refused
        How many found no worker: the queue was full, or none was free in time.
    replaced
        How many workers were replaced: they died, or could not be stopped otherwise.
    """

    def __init__(self) -> None:
        self.answered = Durations()
        self.refused = 0
        self.replaced = 0
