"""A job and its phases (UWS 1.1, §2.1)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from ..parameters import Parameters

__all__ = [
    "ACTIVE_PHASES",
    "FINAL_PHASES",
    "Job",
    "JobResult",
    "Phase",
    "Progress",
    "is_anonymous_id",
    "is_job_id",
    "new_job_id",
]


class Phase(StrEnum):
    """Where a job stands."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"


ACTIVE_PHASES = frozenset({Phase.PENDING, Phase.QUEUED, Phase.EXECUTING})
FINAL_PHASES = frozenset(Phase) - ACTIVE_PHASES


@dataclass(frozen=True)
class JobResult:
    """What a completed job has left: a file below the job's folder.

    `file_name` is its path there: that of the attempt's folder, and its own.
    """

    file_name: str
    mime: str
    rows: int
    overflow: bool
    size_bytes: int = 0


@dataclass(frozen=True)
class Progress:
    """How far a job that runs has come.

    Attributes
    ----------
    read_bytes
        What has been read.
    size_bytes
        What its files take, of which it needs not all.
    written_bytes
        What there is of its result.
    written_rows
        How many rows there are in that, about.
    """

    read_bytes: int
    size_bytes: int
    written_bytes: int = 0
    written_rows: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, int]) -> Progress:
        """Return what was kept of it, perhaps by another release that knows more or less."""
        known = (one.name for one in fields(cls))
        return cls(**{name: kept[name] for name in known if name in kept})


@dataclass(frozen=True)
class Job:
    """One job as it stood when it was read.

    Attributes
    ----------
    job_id
        Unguessable, see `new_job_id`: who knows the id of an anonymous job may see it.
    owner
        A user's name, or None for an anonymous job.
    attempts
        How often a runner has begun it.
    error
        The sentence that says why it failed.
    error_slug
        The word for the kind of failure, as `errors.py` has them; None if an earlier release recorded it.
    progress
        How far it has come, while it runs and as far as that is known.
    address
        From where an anonymous job came.
    """

    job_id: str
    owner: str | None
    phase: Phase
    parameters: Parameters
    creation: datetime
    destruction: datetime
    execution_duration_s: int
    run_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    attempts: int = 0
    error: str | None = None
    error_slug: str | None = None
    result: JobResult | None = None
    progress: Progress | None = None
    address: str | None = None

    @property
    def is_final(self) -> bool:
        """Say whether nothing more will happen to the job by itself."""
        return self.phase in FINAL_PHASES


def new_job_id(*, anonymous: bool) -> str:
    """Return an identifier that nobody can guess and that tells only whether the job has an owner."""
    return ("a" if anonymous else "u") + secrets.token_hex(16)


def is_job_id(name: str) -> bool:
    """Say whether a name is of the kind that `new_job_id` makes."""
    return name[:1] in ("a", "u") and len(name) == 33


def is_anonymous_id(job_id: str) -> bool:
    """Say whether an identifier, be there such a job or not, is of a kind that jobs without owner have."""
    return job_id.startswith("a")
