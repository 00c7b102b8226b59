"""Making jobs: once for each key of a client, and only while there is room in the owner's share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from ...databases import alone
from ...errors import Conflict
from ..parameters import Parameters
from .job import ACTIVE_PHASES, Job, Phase, new_job_id
from .schema import JOBS
from .store import JobStore, job_of

__all__ = ["Admit", "Load", "Submission", "load_of", "submit", "take_room"]

_IN_A_SECOND = 1_000_000


@dataclass(frozen=True)
class Submission:
    """A job that somebody wants to have.

    Attributes
    ----------
    owner
        A user's name, or None for an anonymous job.
    address
        From where an anonymous job comes; None for those that have an owner.
    client_key
        The caller's own word for the submission: sent again, it means the same job.
    request_digest
        What is compared when a key comes again.
    """

    owner: str | None
    parameters: Parameters
    lifetime: timedelta
    execution_duration_s: int
    run_id: str | None = None
    address: str | None = None
    client_key: str | None = None
    request_digest: str | None = None


@dataclass(frozen=True)
class Load:
    """What there is already when a job is to be made.

    Attributes
    ----------
    active
        Unfinished jobs of the owner, or of all anonymous callers together.
    active_of_address
        Unfinished anonymous jobs from the same address.
    result_bytes
        Bytes of the kept results of the owner, or of the address.
    """

    active: int
    active_of_address: int
    result_bytes: int


Admit = Callable[[Load], None]
"""Raises when there is too much already."""


def submit(store: JobStore, submission: Submission, admit: Admit) -> Job:
    """Make a job that waits to be started (PENDING), or return the one that the client's key stands for.

    Raises
    ------
    Conflict
        When the key stands for another request.
    ArchiveError
        As `admit` does.
    """
    with store.engine.begin() as connection:
        _alone(connection, submission.owner)
        if known := _known(store, connection, submission):
            return known
        admit(_load(store, connection, submission.owner, submission.address))
        row = _row(store, submission, _moment(store, connection, submission.owner))
        connection.execute(insert(JOBS).values(row))
        made = connection.execute(select(JOBS).where(JOBS.c.job_id == row["job_id"])).mappings().one()
        return job_of(made)


def load_of(store: JobStore, owner: str | None, address: str | None) -> Load:
    """Return what an owner, or an address, has now."""
    with store.engine.connect() as connection:
        return _load(store, connection, owner, address)


def take_room(store: JobStore, job: Job, size_bytes: int, most_bytes: int) -> bool:
    """Note what the result of a job takes that is about to end; False when there is no room for it.

    Parameters
    ----------
    store, job
        The job, which runs.
    size_bytes
        What its result takes.
    most_bytes
        What all results of its owner, or of its address, may take.
    """
    running = (JOBS.c.job_id == job.job_id, JOBS.c.phase == Phase.EXECUTING, JOBS.c.attempts == job.attempts)
    with store.engine.begin() as connection:
        _alone(connection, job.owner)
        if _load(store, connection, job.owner, job.address).result_bytes + size_bytes > most_bytes:
            return False
        connection.execute(update(JOBS).where(*running).values(result_bytes=size_bytes))
        return True


def _alone(connection: Connection, owner: str | None) -> None:
    """Let nobody else count, insert or end jobs of the same owner before this transaction has ended."""
    alone(connection, "a" if owner is None else f"u{owner}")


def _known(store: JobStore, connection: Connection, submission: Submission) -> Job | None:
    if submission.client_key is None:
        return None
    of_the_key = (
        JOBS.c.protocol == store.protocol,
        JOBS.c.owner == submission.owner,
        JOBS.c.client_key == submission.client_key,
    )
    connection.execute(delete(JOBS).where(*of_the_key, JOBS.c.destruction <= store.clock()))
    row = connection.execute(select(JOBS).where(*of_the_key)).mappings().first()
    if row is None:
        return None
    if row["request_digest"] != submission.request_digest:
        raise Conflict(
            f"Your key {submission.client_key[:60]!r} stands for the job {row['job_id']}, which was made "
            "with other parameters; take another key, or delete that job."
        )
    return job_of(row)


def _load(store: JobStore, connection: Connection, owner: str | None, address: str | None) -> Load:
    active = JOBS.c.phase.in_(sorted(ACTIVE_PHASES))
    theirs = JOBS.c.owner.is_(None) if owner is None else JOBS.c.owner == owner
    of_address = JOBS.c.address == address

    def ask(what: ColumnElement[Any], *conditions: ColumnElement[bool]) -> int:
        alive = (JOBS.c.protocol == store.protocol, JOBS.c.destruction > store.clock())
        return int(connection.execute(select(what).where(*alive, *conditions)).scalar_one() or 0)

    anonymous = owner is None
    return Load(
        active=ask(func.count(), theirs, active),
        active_of_address=ask(func.count(), of_address, active) if anonymous else 0,
        result_bytes=ask(func.sum(JOBS.c.result_bytes), of_address if anonymous else theirs),
    )


def _moment(store: JobStore, connection: Connection, owner: str | None) -> float:
    """Return when a job is made: in whole microseconds, as it is told, and no two of an owner at once.

    So a moment says which jobs a page of the list has shown.
    """
    now = round(store.clock() * _IN_A_SECOND)
    if owner is not None:
        theirs = (JOBS.c.protocol == store.protocol, JOBS.c.owner == owner)
        last = connection.execute(select(func.max(JOBS.c.creation)).where(*theirs)).scalar_one()
        if last is not None:
            now = max(now, round(last * _IN_A_SECOND) + 1)
    return now / _IN_A_SECOND


def _row(store: JobStore, submission: Submission, now: float) -> dict[str, Any]:
    return {
        "job_id": new_job_id(anonymous=submission.owner is None),
        "protocol": store.protocol,
        "owner": submission.owner,
        "address": submission.address,
        "run_id": submission.run_id,
        "client_key": submission.client_key,
        "request_digest": submission.request_digest,
        "phase": Phase.PENDING,
        "parameters": [list(pair) for pair in submission.parameters],
        "creation": now,
        "destruction": now + submission.lifetime.total_seconds(),
        "execution_duration_s": submission.execution_duration_s,
    }
