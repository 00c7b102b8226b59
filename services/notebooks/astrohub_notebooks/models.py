"""What the service speaks of: a revision of the source, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = [
    "Entry",
    "Finding",
    "Outcome",
    "Problem",
    "Revision",
    "Run",
    "Standing",
    "State",
    "Status",
    "Tested",
]


class State(StrEnum):
    """What came of a revision."""

    PUBLISHED = "published"
    REFUSED = "refused"


@dataclass(frozen=True)
class Revision:
    """One state of the source.

    `version` names the folder it is published under: a commit, or the hash of the content.
    """

    version: str
    time: datetime
    message: str = ""


@dataclass(frozen=True)
class Entry:
    """A revision and what came of it, when, and why; one line of the history."""

    version: str
    time: datetime
    message: str
    state: State
    decided: datetime
    reason: str = ""
    source: str = ""


@dataclass(frozen=True)
class Problem:
    """What keeps the source from being read, and since when."""

    since: datetime
    message: str


@dataclass(frozen=True)
class Status:
    """The service at a glance: the version that readers see, and what is wrong, if anything."""

    current: str | None
    problem: Problem | None
    looked: datetime | None


class Outcome(StrEnum):
    """How a notebook ended when it was tested, in the tester's words."""

    PASSED = "passed"
    SOFT = "soft"
    SKIPPED = "skipped"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Tested:
    """One notebook of one run: how it ended, why, and what it took.

    `anchor` is its place in the run's page.
    """

    path: str
    outcome: Outcome
    cause: str
    wall_s: float
    peak_memory_bytes: int
    anchor: str


@dataclass(frozen=True)
class Finding:
    """What a check of the tester found without running anything."""

    path: str
    message: str
    level: str


@dataclass(frozen=True)
class Run:
    """One run of the tester; `page` is the name of its HTML file, None when there is none."""

    name: str
    started: datetime
    wall_s: float
    was_stopped: bool
    notebooks: tuple[Tested, ...]
    findings: tuple[Finding, ...]
    page: str | None


@dataclass(frozen=True)
class Standing:
    """How a notebook stands: its last result, and since when it fails.

    `last` and `run` are None when no run has tested it.
    """

    path: str
    last: Tested | None
    run: Run | None
    failing_since: datetime | None
    is_published: bool
