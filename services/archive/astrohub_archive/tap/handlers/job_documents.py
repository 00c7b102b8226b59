"""Jobs as JSON: what a page shows of each."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ...formats import find_format
from ...ivoa.times import timestamp
from ...ivoa.uws import Job, JobResult, Progress
from ...web.tables import Document
from ..overview import Overview

__all__ = ["JobDocument", "JobsDocument", "SubmissionDocument", "describe_job", "describe_jobs"]

_LONGEST_QUERY = 1_000


class SubmissionDocument(Document):
    """A query that is to be run as a job."""

    query: str = Field(description="The query, in ADQL.")
    name: str = Field("", description="RUNID.")
    format: str = Field("parquet", description="The format of the result, as RESPONSEFORMAT takes it.")


class ResultDocument(Document):
    """What a job has left."""

    rows: int
    bytes: int
    format: str = Field(description="The short name of its format, as RESPONSEFORMAT takes it.")
    is_cut: bool = Field(description="Whether MAXREC cut it: there are more rows than these.")


class ProgressDocument(Document):
    """How far a job that runs has come."""

    bytes_read: int
    bytes_in_all: int = Field(description="Sizes of its files, of which it may need less.")
    bytes_written: int = Field(description="What there is of its result.")
    rows_written: int = Field(description="How many rows there are in that, about.")


class JobDocument(Document):
    """One job."""

    id: str
    name: str = Field(description="RUNID, or empty.")
    phase: str = Field(description="PENDING, QUEUED, EXECUTING, COMPLETED, ERROR or ABORTED.")
    query: str
    is_query_cut: bool = Field(description="Whether the query is longer than a list shows of it.")
    created: str
    started: str | None
    ended: str | None
    destruction: str = Field(description="When the job and its result are removed.")
    error: str | None = Field(description="Why it failed, for people.")
    error_slug: str | None = Field(description="A fixed word for the kind of error, as of a query at once.")
    result: ResultDocument | None
    progress: ProgressDocument | None


class JobsDocument(Document):
    """Jobs, newest first."""

    jobs: list[JobDocument]
    before: str | None = Field(description="BEFORE of the request for older jobs; null when there are none.")
    version: str = Field(description="Another word once any of the caller's jobs has changed.")
    latest_destruction: str = Field(description="Until when a job may be kept, as of now.")


def describe_jobs(overview: Overview) -> JobsDocument:
    """Return a page of jobs as it is described in an answer."""
    page = overview.page
    return JobsDocument(
        jobs=[describe_job(job, longest_query=_LONGEST_QUERY) for job in page.jobs],
        before=None if page.rest is None else page.rest.isoformat(),
        version=overview.version,
        latest_destruction=timestamp(overview.latest_destruction),
    )


def describe_job(job: Job, *, longest_query: int | None = None) -> JobDocument:
    """Return a job as it is described in an answer, with its whole query or as much as may be."""
    query = job.parameters.one("QUERY") or ""
    progress = None if job.is_final else job.progress
    return JobDocument(
        id=job.job_id,
        name=job.run_id or "",
        phase=job.phase.value,
        query=query[:longest_query],
        is_query_cut=longest_query is not None and len(query) > longest_query,
        created=timestamp(job.creation),
        started=_text(job.start),
        ended=_text(job.end),
        destruction=timestamp(job.destruction),
        error=job.error,
        error_slug=job.error_slug,
        result=None if job.result is None else _result(job.result),
        progress=progress and _progress(progress),
    )


def _progress(progress: Progress) -> ProgressDocument:
    return ProgressDocument(
        bytes_read=progress.read_bytes,
        bytes_in_all=progress.size_bytes,
        bytes_written=progress.written_bytes,
        rows_written=progress.written_rows,
    )


def _result(result: JobResult) -> ResultDocument:
    return ResultDocument(
        rows=result.rows,
        bytes=result.size_bytes,
        format=find_format(result.mime).name,
        is_cut=result.overflow,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
