"""A step of the set-up: what it depends on, what it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .stamps import fingerprint, holds
from .tool import Bench

__all__ = ["Step", "fingerprints", "unfinished"]


@dataclass(frozen=True)
class Step:
    """Something that is made once, and again when its inputs change.

    Parameters
    ----------
    name, title
        How other steps and how people call it.
    inputs
        Returns a hash of everything that goes in.
    makes
        What must exist when it is finished.
    stamp
        The file that marks it as finished; it lies within what the step makes where that can be.
    run
        Does the work.
    after
        Names of the steps that must be finished before.
    """

    name: str
    title: str
    inputs: Callable[[], str]
    makes: tuple[Path, ...]
    stamp: Path
    run: Callable[[Bench], None]
    after: tuple[str, ...] = ()


def fingerprints(steps: Iterable[Step]) -> dict[str, str]:
    """Return a hash for each step that also covers what the steps before it were made of."""
    known: dict[str, str] = {}
    for step in steps:
        known[step.name] = fingerprint(step.name, step.inputs(), *(known[name] for name in step.after))
    return known


def unfinished(steps: Iterable[Step], inputs: dict[str, str]) -> list[Step]:
    """Return the steps that are still to be done, in order."""
    return [step for step in steps if not holds(step.stamp, inputs[step.name], step.makes)]
