"""What takes time is told beside its bar; only what is no better than it would be without us ends a run."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ..report import Report

__all__ = ["CRASH", "CUT_OFF", "IMAGE", "LOG_IN", "READING", "ROOM", "UNFELT", "VOLUME", "WAY", "Bar", "Bars"]


@dataclass(frozen=True)
class Bar:
    """How long something may take.

    Parameters
    ----------
    what
        What is waited for.
    bar_s
        Seconds that it takes at most on a quiet machine.
    worst_s
        Seconds that it takes where nothing is done for it, or that nobody would bear.
    """

    what: str
    bar_s: float
    worst_s: float


#: KubeSpawner alone gives a start up after 56 to 62 s.
CRASH = Bar("a start that ends at once says why", 5, 56)
IMAGE = Bar("an image that cannot be had is told", 10, 56)
VOLUME = Bar("a volume that cannot be had is told", 10, 56)
ROOM = Bar("want of room is told", 3, 56)
#: A server that says nothing is given up after 300 s.
CUT_OFF = Bar("a server without its hub is told", 30, 300)
#: JupyterHub's own 9 to 11 s are too near: a busy machine takes many times as long to start a hub.
LOG_IN = Bar("log-ins are back", 8, 120)
#: JupyterHub looks after its proxy each minute.
WAY = Bar("the way to a Lab is back", 5, 60)
#: As long as an archive takes to start.
READING = Bar("reading goes on through a drain", 1, 30)
#: A connection is refused or leads nowhere: no Lab would forgive that for long.
UNFELT = Bar("a Lab is reached while the hub is away", 0, 30)


@dataclass
class Bars:
    """All that was measured in a run.

    Parameters
    ----------
    lines
        One of each measurement, for the end of the run.
    """

    lines: list[str] = field(default_factory=list)

    def hold(self, bar: Bar, measured_s: float, which: str = "") -> None:
        """Note what was measured; fail where that is no better than without us.

        Raises
        ------
        AssertionError
            When it took as long as that, and longer for each process that waits for a processor.
        """
        waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
        what = f"{bar.what} ({which})" if which else bar.what
        missed = "  missed" if measured_s > bar.bar_s else ""
        line = f"{measured_s:8.1f} {bar.bar_s:6.0f} {waiting:6.1f}   {what}{missed}"
        Report().say(line)
        self.lines.append(line)
        most_s = bar.worst_s * (1 + waiting)
        assert measured_s < most_s, (
            f"{what}: {measured_s:.1f} s, at load {waiting:.1f} at most {most_s:.0f} s"
        )

    def table(self) -> list[str]:
        """Return all that was measured; bars are of a quiet machine, load is processes for each processor."""
        return [f"{'took s':>8} {'bar s':>6} {'load':>6}", *self.lines]
