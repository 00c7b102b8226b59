"""Running one job: what the runner is given to execute."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ..engine import Pool, written_bytes
from ..errors import QuotaExceeded
from ..identity import READ_ARCHIVE
from ..ivoa.uws import Job, JobFolders, JobResult, JobStore, Progress, load_of, take_room
from ..models import Principal, Schema
from ..settings import Limits
from .queries import Queries
from .query_request import QueryRequest, read_query_request
from .uploads import Uploads

__all__ = ["JobExecution"]


class JobExecution:
    """Runs one job and writes its result into place.

    Parameters
    ----------
    store
        Where it is recorded how far a job has come, and how much its owner keeps.
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
        self,
        store: JobStore,
        queries: Queries,
        pool: Pool,
        folders: JobFolders,
        uploads: Uploads,
        *,
        limits: Limits,
    ) -> None:
        self._store = store
        self._queries = queries
        self._pool = pool
        self._folders = folders
        self._uploads = uploads
        self._limits = limits

    async def __call__(self, job: Job) -> JobResult:
        """Run a job; what it writes lies in the folder of this attempt.

        Raises
        ------
        ArchiveError
            As the query's failure says it.
        """
        request = read_query_request(job.parameters, self._limits)
        # The token was checked when the job was made; here its owner stands for it.
        principal = Principal(job.owner, frozenset({READ_ARCHIVE}) if job.owner else frozenset())
        self._uploads.check_fetching(principal, request.uploads)
        attempt = await asyncio.to_thread(self._folders.make_attempt, job.job_id, job.attempts)
        try:
            uploaded = await self._uploads.of_job(job.job_id, attempt, request.uploads)
            return await self._queries.retried(lambda: self._run(job, principal, request, uploaded, attempt))
        finally:
            if request.uploads:
                await asyncio.to_thread(self._uploads.forget, attempt)

    async def _run(
        self, job: Job, principal: Principal, request: QueryRequest, uploaded: Schema | None, attempt: Path
    ) -> JobResult:
        statement = await self._queries.understand(principal, request.text, request.language, uploaded)
        file = attempt / f"result.{request.format.extension}"
        allowed = self._limits.results_bytes if job.owner else self._limits.results_anonymous_bytes
        kept = await self._kept(job)
        try:
            outcome = await self._pool.run_to_file(
                statement,
                file,
                fmt=request.format,
                maxrec=request.maxrec,
                timeout_s=job.execution_duration_s,
                lane="jobs",
                most_bytes=max(0, allowed - kept),
                tell=_Teller(self._store, job, file),
            )
        except QuotaExceeded as e:
            raise _no_room(kept, allowed) from e
        size = (await asyncio.to_thread(file.stat)).st_size
        # Another job of the same owner may have ended meanwhile.
        if not await asyncio.to_thread(take_room, self._store, job, size, allowed):
            raise _no_room(await self._kept(job), allowed)
        name = f"{attempt.name}/{file.name}"
        return JobResult(name, request.format.mime, outcome.rows, outcome.overflow, size)

    async def _kept(self, job: Job) -> int:
        load = await asyncio.to_thread(load_of, self._store, job.owner, job.address)
        return load.result_bytes


class _Teller:
    """Records how far one attempt has come, whenever that has changed."""

    def __init__(self, store: JobStore, job: Job, file: Path) -> None:
        self._store = store
        self._job = job
        self._file = file
        self._last: Progress | None = None

    async def __call__(self, read_bytes: int, size_bytes: int, rows: int) -> None:
        await asyncio.to_thread(self._record, read_bytes, size_bytes, rows)

    def _record(self, read_bytes: int, size_bytes: int, rows: int) -> None:
        progress = Progress(read_bytes, size_bytes, written_bytes(self._file), rows)
        if progress != self._last:
            self._store.set_progress(self._job.job_id, self._job.attempts, progress)
            self._last = progress


def _no_room(kept: int, allowed: int) -> QuotaExceeded:
    return QuotaExceeded(
        f"The result does not fit: your kept results take {kept:,} of the {allowed:,} bytes that "
        "they may; delete jobs that you do not need any more, or ask for less."
    )
