"""The job list (UWS 1.1, §2.2.2.1): what a list shows of each job, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select

from .job import Phase
from .schema import JOBS
from .store import JobStore

__all__ = ["NEWEST_FIRST", "JobFilter", "JobPage", "JobReference", "conditions", "list_jobs", "list_query"]

NEWEST_FIRST = (JOBS.c.creation.desc(), JOBS.c.job_id.desc())


_Row = tuple[str, str, str | None, str | None, float]


class JobReference(NamedTuple):
    """A job as a list shows it: a row of the query, and as quickly made."""

    job_id: str
    phase: str
    owner: str | None
    run_id: str | None
    creation: float

    @property
    def created(self) -> datetime:
        """Return when the job was made."""
        return datetime.fromtimestamp(self.creation, UTC)


@dataclass(frozen=True)
class JobFilter:
    """Which jobs are wanted.

    Attributes
    ----------
    phases
        Only jobs in one of these phases; None for all, nothing for none.
    after, before
        Only jobs created after and before these moments.
    """

    phases: frozenset[Phase] | None = None
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class JobPage:
    """Some jobs, newest first, and whether there are older ones that fit the filter as well."""

    jobs: tuple[JobReference, ...]
    is_cut: bool


def list_jobs(store: JobStore, owner: str, wanted: JobFilter, most: int) -> JobPage:
    """Return an owner's newest jobs that fit a filter, so many at most. It blocks."""
    with store.engine.connect() as connection:
        rows = connection.execute(list_query(store, owner, wanted, most + 1)).all()
    return JobPage(tuple(map(JobReference._make, rows[:most])), is_cut=len(rows) > most)


def list_query(store: JobStore, owner: str, wanted: JobFilter, most: int) -> Select[_Row]:
    """Return the query of a list: an index holds the jobs of an owner in this very order."""
    query: Select[_Row] = select(
        JOBS.c.job_id, JOBS.c.phase, JOBS.c.owner, JOBS.c.run_id, JOBS.c.creation
    ).where(*conditions(store, owner, wanted))
    return query.order_by(*NEWEST_FIRST).limit(most)


def conditions(store: JobStore, owner: str, wanted: JobFilter) -> list[ColumnElement[bool]]:
    """Return what an owner's jobs must meet to fit a filter; those past their destruction never do."""
    own = [JOBS.c.protocol == store.protocol, JOBS.c.owner == owner, JOBS.c.destruction > store.clock()]
    if wanted.phases is not None:
        own.append(JOBS.c.phase.in_(sorted(wanted.phases)))
    if wanted.after is not None:
        own.append(JOBS.c.creation > wanted.after.timestamp())
    if wanted.before is not None:
        own.append(JOBS.c.creation < wanted.before.timestamp())
    return own
