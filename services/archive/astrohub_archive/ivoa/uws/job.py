"""A job and its phases (UWS 1.1, §2.1)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..parameters import Parameters

__all__ = ["ACTIVE_PHASES", "FINAL_PHASES", "Job", "JobResult", "Phase", "is_anonymous_id", "new_job_id"]


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
    """What a completed job has left: a file in the job's folder."""

    file_name: str
    mime: str
    rows: int
    overflow: bool


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
    result: JobResult | None = None

    @property
    def is_final(self) -> bool:
        """Say whether nothing more will happen to the job by itself."""
        return self.phase in FINAL_PHASES


def new_job_id(*, anonymous: bool) -> str:
    """Return an identifier that nobody can guess and that tells only whether the job has an owner."""
    return ("a" if anonymous else "u") + secrets.token_hex(16)


def is_anonymous_id(job_id: str) -> bool:
    """Say whether an identifier, be there such a job or not, is of a kind that jobs without owner have."""
    return job_id.startswith("a")
