"""What the service speaks of: a revision of the source, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Entry", "Problem", "Revision", "State", "Status"]


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
