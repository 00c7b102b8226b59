"""Measuring contenders side by side: interleaved in changing order, repeated, as medians and ratios."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Contest", "Result", "as_table", "run"]

LIMIT = "limit"
_SEED = 5


@dataclass(frozen=True)
class Contest:
    """One piece of work, done by several contenders.

    Attributes
    ----------
    name
        What is done.
    contenders
        By name; each does the work of a repetition and returns what it found, the same for all of them.
    share
        Contenders that do only part of the work, because the whole would take them minutes.
    reference
        The contender that the others are compared with.
    free
        Contenders whose finds are not compared; they do not work once beforehand, and may fail.
    notes
        By contender, what is to be said of it beside its time; it may be filled as it works.
    most
        How often the work is repeated at most.
    """

    name: str
    contenders: dict[str, Callable[[int], Any]]
    share: dict[str, float] = field(default_factory=dict)
    reference: str = LIMIT
    free: frozenset[str] = frozenset()
    notes: dict[str, str] = field(default_factory=dict)
    most: int = 1000


@dataclass(frozen=True)
class Result:
    """How long one contender took.

    `seconds` is the median of the repetitions, for the whole work; `ratio` is to the limit's.
    """

    contest: str
    contender: str
    seconds: float
    ratio: float
    share: float
    agrees: bool
    note: str = ""


def run(contests: Sequence[Contest], repetitions: int) -> list[Result]:
    """Run every contest: in each repetition every contender once, one after the other.

    Whoever comes next finds the processor's caches as the one before has left them: so the order changes.
    """
    results: list[Result] = []
    order = random.Random(_SEED)  # noqa: S311 -- nobody is to be surprised
    for contest in contests:
        times: dict[str, list[float]] = {name: [] for name in contest.contenders}
        agree = dict.fromkeys(contest.contenders, True)
        for name, work in contest.contenders.items():
            if name not in contest.free:
                work(0)  # connections, caches, imports
        for repetition in range(min(repetitions, contest.most)):
            found: dict[str, Any] = {}
            turns = list(contest.contenders.items())
            order.shuffle(turns)
            for name, work in turns:
                begin = time.perf_counter()
                try:
                    found[name] = work(repetition)
                except RuntimeError as e:
                    if name not in contest.free:
                        raise
                    print(f"{contest.name}: {name} fails: {e}", file=sys.stderr)
                    del contest.contenders[name], times[name]
                    continue
                times[name].append(time.perf_counter() - begin)
            for name in found:
                if name not in {*contest.share, *contest.free} and found[name] != found[contest.reference]:
                    agree[name] = False
        results += _results(contest, times, agree)
    return results


def _results(contest: Contest, times: dict[str, list[float]], agree: dict[str, bool]) -> list[Result]:
    whole = {name: statistics.median(taken) / contest.share.get(name, 1) for name, taken in times.items()}
    return [
        Result(
            contest.name,
            name,
            seconds,
            seconds / whole[contest.reference],
            contest.share.get(name, 1),
            agree[name],
            contest.notes.get(name, ""),
        )
        for name, seconds in whole.items()
    ]


def as_table(results: Sequence[Result]) -> str:
    """Return the results as lines for people."""
    lines = [f"{'work':<36}{'contender':<22}{'median':>12}{'x limit':>10}"]
    for one in results:
        note = "" if one.share == 1 else f"  (on {one.share:.0%} of the rows)"
        note += f"  {one.note}" if one.note else ""
        note += "" if one.agrees else "  THE ROWS DIFFER"
        seconds = f"{one.seconds * 1000:,.1f} ms"
        lines.append(f"{one.contest:<36}{one.contender:<22}{seconds:>12}{one.ratio:>10.2f}{note}")
    return "\n".join(lines)
