"""Jobs: queries that go on when their caller has left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..adql import Language
from ..engine import Pool
from ..errors import (
    BusyError,
    CredentialsRequired,
    NotFound,
    QueryError,
    UsageError,
)
from ..identity import READ_ARCHIVE, require_scope
from ..ivoa.parameters import Parameters
from ..ivoa.uws import Changes, Job, JobFolders, JobResult, JobStore, Phase, Runner, is_anonymous_id
from ..models import Principal, Schema
from ..settings import Limits
from .queries import Queries
from .query_request import QueryRequest, language_of, read_query_request
from .upload_request import read_uploads
from .uploads import Uploads

__all__ = ["JobExecution", "Jobs"]

_LOOK_AGAIN_S = 1.0
_ALREADY_BEGUN = "The job has begun, so this cannot be changed any more."


class JobExecution:
    """Runs one job: what the runner is given to execute.

    Parameters
    ----------
    queries
        Understands the text.
    pool
        Runs the statement.
    folders
        Where results lie.
    uploads
        Reads the tables that came with a query.
    limits
        What a query may ask for.
    """

    def __init__(
        self, queries: Queries, pool: Pool, folders: JobFolders, uploads: Uploads, limits: Limits
    ) -> None:
        self._queries = queries
        self._pool = pool
        self._folders = folders
        self._uploads = uploads
        self._limits = limits

    async def __call__(self, job: Job) -> JobResult:
        """Run a job and write its result into place.

        Raises
        ------
        ArchiveError
            As the query's failure says it.
        """
        request = read_query_request(job.parameters, self._limits)
        # The token was checked when the job was made; here its owner stands for it.
        principal = Principal(job.owner, frozenset({READ_ARCHIVE}) if job.owner else frozenset())
        self._uploads.check_fetching(principal, request.uploads)
        try:
            uploaded = await self._uploads.of_job(job.job_id, request.uploads)
            return await self._run(job, principal, request, uploaded)
        finally:
            if request.uploads:
                await asyncio.to_thread(self._uploads.forget, job.job_id)

    async def _run(
        self, job: Job, principal: Principal, request: QueryRequest, uploaded: Schema | None
    ) -> JobResult:
        statement = await self._queries.understand(principal, request.text, request.language, uploaded)
        name = f"result.{request.format.extension}"
        outcome = await self._pool.run_to_file(
            statement,
            self._folders.make(job.job_id) / name,
            fmt=request.format,
            maxrec=request.maxrec,
            timeout_s=job.execution_duration_s,
        )
        return JobResult(name, request.format.mime, outcome.rows, outcome.overflow)


class Jobs:
    """What callers do with jobs. Nobody sees the jobs of another.

    Parameters
    ----------
    store, folders, changes, runner
        The jobs, their results, who waits for them, who runs them.
    queries
        Looks at a query before it is queued.
    uploads
        Keeps the files of tables that come with a query.
    limits
        How many, how long.
    """

    def __init__(
        self,
        store: JobStore,
        folders: JobFolders,
        changes: Changes,
        runner: Runner,
        *,
        queries: Queries,
        uploads: Uploads,
        limits: Limits,
    ) -> None:
        self._store = store
        self._folders = folders
        self._changes = changes
        self._runner = runner
        self._queries = queries
        self._uploads = uploads
        self._limits = limits

    async def create(
        self, principal: Principal, parameters: Parameters, files: Mapping[str, Path], *, run: bool
    ) -> Job:
        """Make a job, give it the files of its tables, and queue it if it is to run at once.

        Raises
        ------
        Forbidden, CredentialsRequired
            As for a query that is answered at once.
        BusyError
            When the caller has too many unfinished jobs.
        """
        require_scope(principal, READ_ARCHIVE)
        await self._check_names(principal, parameters)
        await self._check_count(principal)
        self._uploads.check(principal, read_uploads(parameters), files)
        job = await asyncio.to_thread(
            self._store.create,
            owner=principal.name,
            parameters=parameters,
            run_id=parameters.one("RUNID"),
            lifetime=timedelta(days=self._limits.job_lifetime_days),
            execution_duration_s=self._limits.async_s,
        )
        if files:
            await asyncio.to_thread(self._uploads.keep, files, job.job_id)
        return await self.run(principal, job.job_id) if run else job

    async def get(self, principal: Principal, job_id: str) -> Job:
        """Return one of the caller's jobs.

        Raises
        ------
        CredentialsRequired, NotFound
            When there is none such, or it is somebody else's: alike.
        """
        require_scope(principal, READ_ARCHIVE)
        job = await asyncio.to_thread(self._store.get, job_id)
        if job is not None and job.owner in (None, principal.name):
            return job
        if principal.is_anonymous and not is_anonymous_id(job_id):
            raise CredentialsRequired("There is no such job without a token; send the token of its owner.")
        raise NotFound("There is no such job of yours; it may have been removed.")

    async def listed(
        self, principal: Principal, *, phases: Sequence[Phase], after: datetime | None, last: int | None
    ) -> Sequence[Job]:
        """Return the caller's newest jobs; nobody in particular has no list."""
        require_scope(principal, READ_ARCHIVE)
        if principal.name is None:
            return []
        most = min(last or self._limits.jobs_listed, self._limits.jobs_listed)
        return await asyncio.to_thread(
            self._store.listed, principal.name, phases=phases, after=after, last=most
        )

    async def wait(self, principal: Principal, job_id: str, *, phase: Phase | None, seconds: int) -> Job:
        """Return a job once it has left the phase it is in, or after so many seconds (UWS 1.1, §2.2.1.1).

        Parameters
        ----------
        principal, job_id
            Whose job, and which.
        phase
            The phase that the caller believes it to be in; if it is in another, nothing is waited for.
        seconds
            How long at most; negative for as long as the service allows.
        """
        job = await self.get(principal, job_id)
        longest = self._limits.wait_s if seconds < 0 else min(seconds, self._limits.wait_s)
        until = time.monotonic() + longest
        seen = phase or job.phase
        while not job.is_final and job.phase == seen and not self._changes.is_closed:
            left = until - time.monotonic()
            if left <= 0:
                break
            await self._changes.wait(job_id, min(left, _LOOK_AGAIN_S))
            job = await self.get(principal, job_id)
        return job

    async def run(self, principal: Principal, job_id: str) -> Job:
        """Queue a job; one that runs already is left alone.

        Raises
        ------
        UsageError
            When it has ended.
        """
        job = await self.get(principal, job_id)
        await self._check_names(principal, job.parameters)
        queued = await asyncio.to_thread(self._store.enqueue, job_id)
        job = await self.get(principal, job_id)
        if not queued and job.is_final:
            raise UsageError(f"The job has ended ({job.phase.value}); make a new one to run the query again.")
        self._changes.announce(job_id)
        self._runner.wake()
        return job

    async def abort(self, principal: Principal, job_id: str) -> None:
        """Stop a job; one that has ended is left as it is."""
        await self.get(principal, job_id)
        await asyncio.to_thread(self._store.abort, job_id)
        await self._runner.cancel(job_id)
        self._changes.announce(job_id)

    async def delete(self, principal: Principal, job_id: str) -> None:
        """Stop a job and remove it with its result."""
        await self.get(principal, job_id)
        await self._runner.cancel(job_id)
        await asyncio.to_thread(self._store.delete, job_id)
        await asyncio.to_thread(self._folders.remove, job_id)
        self._changes.announce(job_id)

    async def set_parameters(
        self, principal: Principal, job_id: str, parameters: Parameters, files: Mapping[str, Path]
    ) -> None:
        """Add or replace parameters of a job that has not been started, and the files of its tables.

        Raises
        ------
        UsageError
            When it has.
        """
        job = await self.get(principal, job_id)
        changed = job.parameters.replaced_by(parameters)
        await self._check_names(principal, changed)
        if not await asyncio.to_thread(self._store.set_parameters, job_id, changed):
            raise UsageError(_ALREADY_BEGUN)
        if files:
            await asyncio.to_thread(self._uploads.keep, files, job_id)

    async def set_execution_duration(self, principal: Principal, job_id: str, seconds: int) -> None:
        """Set how long a job may run; zero and too much mean as long as is allowed.

        Raises
        ------
        UsageError
            When it runs already.
        """
        await self.get(principal, job_id)
        allowed = min(seconds or self._limits.async_s, self._limits.async_s)
        if not await asyncio.to_thread(self._store.set_execution_duration, job_id, allowed):
            raise UsageError(_ALREADY_BEGUN)

    async def set_destruction(self, principal: Principal, job_id: str, moment: datetime) -> None:
        """Set when a job is removed; no later than the limit, counted from now."""
        await self.get(principal, job_id)
        latest = datetime.now(UTC) + timedelta(days=self._limits.job_lifetime_days)
        await asyncio.to_thread(self._store.set_destruction, job_id, min(moment, latest))

    async def result(self, principal: Principal, job_id: str) -> tuple[Path, JobResult]:
        """Return where the result of a completed job lies.

        Raises
        ------
        NotFound
            When it has none.
        """
        job = await self.get(principal, job_id)
        if job.phase is not Phase.COMPLETED or job.result is None:
            raise NotFound(f"The job has no result; its phase is {job.phase.value}.")
        return self._folders.file(job_id, job.result.file_name), job.result

    async def _check_count(self, principal: Principal) -> None:
        active = await asyncio.to_thread(self._store.count_active, principal.name)
        if principal.is_anonymous and active >= self._limits.jobs_anonymous:
            raise BusyError(
                f"Callers without a token have {active} unfinished jobs, as many as they may have together; "
                "come again later, or send a token.",
                retry_after_s=60,
            )
        if not principal.is_anonymous and active >= self._limits.jobs_per_user:
            raise BusyError(
                f"You have {active} unfinished jobs, as many as one user may have; "
                "wait for one to end, or delete it.",
                retry_after_s=60,
            )

    async def _check_names(self, principal: Principal, parameters: Parameters) -> None:
        """Ask an anonymous caller for a token now if the query needs one; other faults show in the job."""
        text, name = parameters.one("QUERY"), parameters.one("LANG")
        if text is None or not principal.is_anonymous or parameters.all("UPLOAD"):
            return
        try:
            await self._queries.understand(principal, text, language_of(name) or Language.ADQL)
        except QueryError:
            return
