"""Jobs as rows: what is done with them once they are made; runners claim them in `leases`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.engine import RowMapping

from ..parameters import Parameters
from .job import ACTIVE_PHASES, Job, JobResult, Phase, Progress
from .schema import JOBS, make_tables

__all__ = ["JobStore", "job_of"]


class JobStore:
    """The jobs of one protocol. Every method is one short transaction and blocks.

    Parameters
    ----------
    engine
        The job database.
    protocol
        Whose jobs these are.
    clock
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, protocol: str, *, clock: Callable[[], float] = time.time) -> None:
        make_tables(engine)
        self.engine = engine
        self.protocol = protocol
        self.clock = clock

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None if there is none of that id (or it is past its destruction)."""
        query = select(JOBS).where(*self._is(job_id), JOBS.c.destruction > self.clock())
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else job_of(row)

    def enqueue(self, job_id: str) -> bool:
        """Take a job from PENDING to QUEUED; False if it was not PENDING."""
        return self._change(job_id, (Phase.PENDING,), phase=Phase.QUEUED)

    def set_parameters(self, job_id: str, parameters: Parameters) -> bool:
        """Replace the parameters of a PENDING job; False if it is not PENDING any more."""
        return self._change(job_id, (Phase.PENDING,), parameters=[list(pair) for pair in parameters])

    def set_execution_duration(self, job_id: str, seconds: int) -> bool:
        """Set how long a job may run; False once it is running."""
        return self._change(job_id, (Phase.PENDING, Phase.QUEUED), execution_duration_s=seconds)

    def set_destruction(self, job_id: str, moment: datetime) -> bool:
        """Set when a job and its result are removed."""
        return self._change(job_id, tuple(Phase), destruction=moment.timestamp())

    def abort(self, job_id: str) -> bool:
        """Abort a job that has not begun; ask the runner of one that has; False if it has ended."""
        now = self.clock()
        if self._change(job_id, (Phase.PENDING, Phase.QUEUED), phase=Phase.ABORTED, end=now):
            return True
        return self._change(job_id, (Phase.EXECUTING,), abort_requested=True)

    def delete(self, job_id: str) -> bool:
        """Forget a job; its runner, if any, notices at its next heartbeat."""
        with self.engine.begin() as connection:
            return connection.execute(delete(JOBS).where(*self._is(job_id))).rowcount > 0

    def expired(self, most: int) -> Sequence[str]:
        """Return the ids of jobs that are past their destruction, at most so many."""
        query = (
            select(JOBS.c.job_id)
            .where(JOBS.c.protocol == self.protocol, JOBS.c.destruction <= self.clock())
            .order_by(JOBS.c.destruction)
            .limit(most)
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def results(self, job_ids: Iterable[str]) -> Mapping[str, str | None]:
        """Return of those of the ids that belong to a job the name of the file to be kept.

        It is empty where there is none; None means that the job goes on and everything of it is in use.
        """
        columns = (JOBS.c.job_id, JOBS.c.phase, JOBS.c.result)
        query = select(*columns).where(JOBS.c.job_id.in_(list(job_ids)))
        with self.engine.connect() as connection:
            return {
                row.job_id: None
                if Phase(row.phase) in ACTIVE_PHASES
                else (row.result["file_name"] if row.result else "")
                for row in connection.execute(query)
            }

    def set_progress(self, job_id: str, attempt: int, progress: Progress) -> None:
        """Record how far an attempt has come."""
        statement = (
            update(JOBS)
            .where(*self._is(job_id), JOBS.c.phase == Phase.EXECUTING, JOBS.c.attempts == attempt)
            .values(progress=asdict(progress))
        )
        with self.engine.begin() as connection:
            connection.execute(statement)

    def _is(self, job_id: str) -> tuple[Any, ...]:
        return (JOBS.c.job_id == job_id, JOBS.c.protocol == self.protocol)

    def _change(self, job_id: str, phases: Sequence[Phase], **values: object) -> bool:
        statement = update(JOBS).where(*self._is(job_id), JOBS.c.phase.in_(phases)).values(values)
        with self.engine.begin() as connection:
            return connection.execute(statement).rowcount > 0


def job_of(row: RowMapping) -> Job:
    """Read a job out of its row."""
    result, progress = row["result"], row["progress"]
    return Job(
        job_id=row["job_id"],
        owner=row["owner"],
        phase=Phase(row["phase"]),
        parameters=Parameters((name, value) for name, value in row["parameters"]),
        creation=datetime.fromtimestamp(row["creation"], UTC),
        destruction=datetime.fromtimestamp(row["destruction"], UTC),
        execution_duration_s=row["execution_duration_s"],
        run_id=row["run_id"],
        start=_moment(row["start"]),
        end=_moment(row["end"]),
        attempts=row["attempts"],
        error=row["error"],
        error_slug=row["error_slug"],
        result=None if result is None else JobResult(**result),
        progress=None if progress is None else Progress.of(progress),
        address=row["address"],
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
