"""An owner's jobs with all that is known of them, a page at a time, and whether any has changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BigInteger, Executable, cast, func, select

from ..parameters import Parameters
from .job import ACTIVE_PHASES, Job
from .listing import NEWEST_FIRST, JobFilter, conditions
from .schema import JOBS
from .store import JobStore, job_of

__all__ = ["JobsInFull", "jobs_in_full", "version_of_jobs"]

# A query may have megabytes: few are read at once, and of each is held what tells that there is more.
_AT_ONCE = 25
_HELD = 2_000
_MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class JobsInFull:
    """Some jobs, newest first.

    Attributes
    ----------
    jobs
        Of the parameters they have the query only, 2,000 characters of it at most.
    rest
        The moment before which the jobs were made that may fit as well; None when there are none.
    """

    jobs: tuple[Job, ...]
    rest: datetime | None


def jobs_in_full(store: JobStore, owner: str, wanted: JobFilter, text: str, most: int) -> JobsInFull:
    """Return an owner's newest jobs that fit a filter and hold a text in their name or query. It blocks.

    Parameters
    ----------
    store, owner, wanted
        Whose jobs, and which.
    text
        What name or query must hold, whatever its capitals; every job holds the empty one.
    most
        How many at most; fewer come when the text is rare and there are very many jobs to look at.
    """
    at_once = _AT_ONCE if text else min(_AT_ONCE, most + 1)
    found: list[Job] = []
    for _ in range(_MOST_LOOKED_AT // _AT_ONCE):
        jobs = _newest(store, owner, wanted, at_once)
        found += [_short(job) for job in jobs if _holds(job, text.casefold())]
        if len(found) > most:
            return JobsInFull(tuple(found[:most]), found[most - 1].creation)
        if len(jobs) < at_once:
            return JobsInFull(tuple(found), None)
        wanted = replace(wanted, before=jobs[-1].creation)
    return JobsInFull(tuple(found), wanted.before)


def version_of_jobs(store: JobStore, owner: str) -> str:
    """Return a word that is another one once an owner's jobs have changed in what a list shows. It blocks."""
    own = conditions(store, owner, JobFilter())
    # Whole seconds add up to the same in any order.
    kept = func.sum(cast(JOBS.c.destruction, BigInteger))
    newest = (func.max(JOBS.c.creation), func.max(JOBS.c.start), func.max(JOBS.c.end))
    whole = select(func.count(), *newest, kept).where(*own)
    active = (
        select(JOBS.c.job_id, JOBS.c.phase, JOBS.c.progress)
        .where(*own, JOBS.c.phase.in_(sorted(ACTIVE_PHASES)))
        .order_by(JOBS.c.job_id)
    )
    signs: tuple[Executable, ...] = (whole, active)
    with store.engine.connect() as connection:
        said = [str(tuple(row)) for query in signs for row in connection.execute(query)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _newest(store: JobStore, owner: str, wanted: JobFilter, most: int) -> list[Job]:
    query = select(JOBS).where(*conditions(store, owner, wanted)).order_by(*NEWEST_FIRST).limit(most)
    with store.engine.connect() as connection:
        return [job_of(row) for row in connection.execute(query).mappings()]


def _short(job: Job) -> Job:
    query = (job.parameters.one("QUERY") or "")[:_HELD]
    return replace(job, parameters=Parameters([("QUERY", query)]))


def _holds(job: Job, text: str) -> bool:
    query = job.parameters.all("QUERY")
    return any(text in said.casefold() for said in (job.run_id or "", *query))
