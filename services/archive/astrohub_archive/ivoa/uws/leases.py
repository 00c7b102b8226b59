"""Leases: how a runner claims a job, keeps it, gives it back, and how the jobs of a dead runner are found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.engine import Connection

from ...errors import ArchiveError, JobInterrupted
from .job import Job, JobResult, Phase
from .schema import JOBS
from .store import JobStore, job_of

__all__ = ["MOST_ATTEMPTS", "Heartbeat", "Leases", "Requeued"]

MOST_ATTEMPTS = 2
# Whoever does not run a job any more holds nothing of it, nor room for its result.
_FREE: dict[str, Any] = {"lease_holder": None, "lease_until": None, "result_bytes": None}
_INTERRUPTED = (
    "The job was interrupted twice while it ran and is not tried again; "
    "start it anew, or ask for less at once."
)


@dataclass(frozen=True)
class Heartbeat:
    """What a runner learns when it renews its leases: which jobs it still holds, which of them to abort."""

    held: frozenset[str]
    to_abort: frozenset[str]


@dataclass(frozen=True)
class Requeued:
    """Jobs whose runner fell silent: queued once more, or given up."""

    queued: int
    failed: int


class Leases:
    """One runner's leases on the jobs of a store. Every method is one short transaction and blocks.

    Parameters
    ----------
    store
        The jobs.
    holder
        The runner's own name, different for every start of it.
    lease_s
        Seconds after which a lease that is not renewed ends.
    most_of_one_owner
        Jobs of one owner that run at once, so that something is left to others; None for all.
    """

    def __init__(
        self, store: JobStore, holder: str, lease_s: float, *, most_of_one_owner: int | None = None
    ) -> None:
        self._store = store
        self._holder = holder
        self._lease_s = lease_s
        self._most_of_one_owner = most_of_one_owner

    def claim(self) -> Job | None:
        """Take the next job: of the owner who has fewest running, the oldest. None if there is none."""
        now = self._store.clock()
        of_same_owner, of_same_address = self._running_of("owner"), self._running_of("owner", "address")
        candidate = (
            select(JOBS.c.job_id)
            .where(
                JOBS.c.protocol == self._store.protocol,
                JOBS.c.phase == Phase.QUEUED,
                JOBS.c.not_before <= now,
                JOBS.c.destruction > now,
            )
            .order_by(of_same_owner, of_same_address, JOBS.c.creation)
            .limit(1)
            # Where rows can be locked, two runners never wait for each other: the second takes the next job.
            .with_for_update(of=JOBS, skip_locked=True)
        )
        if self._most_of_one_owner is not None:
            candidate = candidate.where(of_same_owner < self._most_of_one_owner)
        with self._store.engine.begin() as connection:
            job_id = connection.execute(candidate).scalar()
            return None if job_id is None else self._take(connection, job_id, now)

    def _running_of(self, *same: str) -> ScalarSelect[int]:
        """Return the number of running jobs that have these columns in common with the job of the row."""
        running = JOBS.alias()
        return (
            select(func.count())
            .where(
                running.c.protocol == self._store.protocol,
                running.c.phase == Phase.EXECUTING,
                *(running.c[name].is_not_distinct_from(JOBS.c[name]) for name in same),
            )
            .scalar_subquery()
        )

    def _take(self, connection: Connection, job_id: str, now: float) -> Job | None:
        # Another process may have been faster: then no row is QUEUED any more, and nothing is taken.
        taken = connection.execute(
            update(JOBS)
            .where(JOBS.c.job_id == job_id, JOBS.c.phase == Phase.QUEUED)
            .values(
                phase=Phase.EXECUTING,
                start=now,
                attempts=JOBS.c.attempts + 1,
                lease_holder=self._holder,
                lease_until=now + self._lease_s,
                abort_requested=False,
                progress=None,
                result_bytes=None,
            )
        ).rowcount
        if not taken:
            return None
        return job_of(connection.execute(select(JOBS).where(JOBS.c.job_id == job_id)).mappings().one())

    def renew(self, running: Collection[str]) -> Heartbeat:
        """Prolong the leases on jobs that do run, as far as they are held, and learn what is to be aborted.

        A lease on anything else is left to run out: when the answer to a claim is lost on its way, the
        job is ours and nobody runs it.
        """
        until = self._store.clock() + self._lease_s
        with self._store.engine.begin() as connection:
            connection.execute(update(JOBS).where(*self._mine(running)).values(lease_until=until))
            return self._heartbeat(connection, running)

    def look(self, running: Collection[str]) -> Heartbeat:
        """Learn the same as `renew` does, and change nothing."""
        with self._store.engine.connect() as connection:
            return self._heartbeat(connection, running)

    def _heartbeat(self, connection: Connection, running: Collection[str]) -> Heartbeat:
        mine = select(JOBS.c.job_id, JOBS.c.abort_requested).where(*self._mine(running))
        rows = connection.execute(mine).all()
        return Heartbeat(
            frozenset(row.job_id for row in rows),
            frozenset(row.job_id for row in rows if row.abort_requested),
        )

    def complete(self, job_id: str, result: JobResult) -> bool:
        """Record a result that lies in place already; False if the lease was lost."""
        return self._end(
            job_id, Phase.COMPLETED, result=asdict(result), result_bytes=result.size_bytes, progress=None
        )

    def fail(self, job_id: str, failure: ArchiveError) -> bool:
        """Record that a job has failed, and why: for people and for programs."""
        return self._end(job_id, Phase.ERROR, error=failure.message, error_slug=failure.slug)

    def aborted(self, job_id: str) -> bool:
        """Record that a job was aborted."""
        return self._end(job_id, Phase.ABORTED)

    def give_back(self, job_ids: Collection[str], *, delay_s: float = 0) -> None:
        """Queue jobs again that were not at fault; the attempt does not count."""
        values: dict[str, Any] = {
            "phase": Phase.QUEUED,
            "start": None,
            "attempts": JOBS.c.attempts - 1,
            "not_before": self._store.clock() + delay_s,
            **_FREE,
        }
        with self._store.engine.begin() as connection:
            connection.execute(update(JOBS).where(*self._mine(job_ids)).values(values))

    def requeue_expired(self) -> Requeued:
        """Queue jobs again whose runner fell silent; those that this happened to before have failed."""
        now = self._store.clock()
        silent = (
            JOBS.c.protocol == self._store.protocol,
            JOBS.c.phase == Phase.EXECUTING,
            JOBS.c.lease_until < now,
        )
        with self._store.engine.begin() as connection:
            connection.execute(
                update(JOBS)
                .where(*silent, JOBS.c.abort_requested)
                .values(phase=Phase.ABORTED, end=now, **_FREE)
            )
            failed = connection.execute(
                update(JOBS)
                .where(*silent, JOBS.c.attempts >= MOST_ATTEMPTS)
                .values(
                    phase=Phase.ERROR, end=now, error=_INTERRUPTED, error_slug=JobInterrupted.slug, **_FREE
                )
            ).rowcount
            queued = connection.execute(
                update(JOBS).where(*silent).values(phase=Phase.QUEUED, start=None, **_FREE)
            ).rowcount
        return Requeued(queued, failed)

    def _mine(self, job_ids: Collection[str]) -> tuple[Any, ...]:
        return (
            JOBS.c.job_id.in_(list(job_ids)),
            JOBS.c.lease_holder == self._holder,
            JOBS.c.phase == Phase.EXECUTING,
        )

    def _end(self, job_id: str, phase: Phase, **values: object) -> bool:
        ending = {
            "phase": phase,
            "end": self._store.clock(),
            **_FREE,
            **values,
        }
        with self._store.engine.begin() as connection:
            ended = connection.execute(update(JOBS).where(*self._mine([job_id])).values(ending))
        return ended.rowcount > 0
