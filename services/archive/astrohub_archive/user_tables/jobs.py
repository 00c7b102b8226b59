"""Jobs that index a table: made, run, waited for and forgotten by their owner, and by nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

from ..errors import BusyError, NotFound, UsageError
from ..ivoa.parameters import Parameters
from ..ivoa.uws import Control, Job, JobFolders, JobResult, JobStore, Load, Submission, submit
from ..mydb.documents import describe_table
from ..mydb.makers import IndexWish, Makers
from ..mydb.names import checked_name
from ..settings import Limits

__all__ = ["RESULT_MIME", "IndexExecution", "IndexJobs", "read_index_request"]

RESULT_MIME = "application/json"


def read_index_request(parameters: Parameters) -> tuple[str, IndexWish]:
    """Return which table is to be indexed, and by what.

    Raises
    ------
    UsageError
        When the parameters do not say so.
    """
    table, column = parameters.one("TABLE"), parameters.one("INDEX")
    if table is None or column is None:
        raise UsageError("TABLE and INDEX are missing: the table, and the column by which it is indexed.")
    unique = (parameters.one("UNIQUE") or "false").lower()
    if unique not in ("true", "false"):
        raise UsageError("UNIQUE must be true or false.")
    return checked_name(table), IndexWish(column=column, unique=unique == "true")


class IndexExecution:
    """Runs one job: what the runner is given to execute.

    Parameters
    ----------
    makers
        Index tables.
    folders
        Where results lie: the description of the table.
    """

    def __init__(self, makers: Makers, folders: JobFolders) -> None:
        self._makers = makers
        self._folders = folders

    async def __call__(self, job: Job) -> JobResult:
        """Run a job.

        Raises
        ------
        ArchiveError
            As indexing fails.
        """
        assert job.owner is not None  # nobody else can make one
        name, wish = read_index_request(job.parameters)
        entry = await self._makers.index(job.owner, name, wish)
        said = describe_table(entry).model_dump_json(by_alias=True).encode()
        attempt = await asyncio.to_thread(self._folders.make_attempt, job.job_id, job.attempts)
        await asyncio.to_thread((attempt / "table.json").write_bytes, said)
        return JobResult(f"{attempt.name}/table.json", RESULT_MIME, entry.content.rows, False, len(said))


class IndexJobs:
    """What users do with such jobs.

    Parameters
    ----------
    store, folders, control
        The jobs, their results, what acts on them.
    limits
        How many, how long.
    seconds
        How long indexing may take.
    """

    def __init__(
        self,
        store: JobStore,
        folders: JobFolders,
        control: Control,
        *,
        limits: Limits,
        seconds: int,
    ) -> None:
        self._store = store
        self._folders = folders
        self._control = control
        self._limits = limits
        self._seconds = seconds

    async def create(self, owner: str, parameters: Parameters) -> Job:
        """Make a job that waits to be started.

        Raises
        ------
        UsageError
            When it is not said what is to be indexed.
        BusyError
            When the owner has too many unfinished jobs.
        """
        read_index_request(parameters)
        wanted = Submission(
            owner=owner,
            parameters=parameters,
            lifetime=timedelta(days=self._limits.job_lifetime_days),
            execution_duration_s=self._seconds,
        )
        return await asyncio.to_thread(submit, self._store, wanted, self._admit)

    async def get(self, owner: str, job_id: str) -> Job:
        """Return one of the owner's jobs.

        Raises
        ------
        NotFound
            When there is none such, or it is somebody else's: alike.
        """
        job = await asyncio.to_thread(self._store.get, job_id)
        if job is None or job.owner != owner:
            raise NotFound("There is no such job of yours; it may have been removed.")
        return job

    async def wait(self, owner: str, job_id: str, *, seconds: int) -> Job:
        """Return a job once it has left the phase it is in, or after so many seconds (UWS 1.1, §2.2.1.1)."""
        return await self._control.wait(partial(self.get, owner, job_id), seconds=seconds)

    async def run(self, owner: str, job_id: str) -> None:
        """Queue a job; one that runs already is left alone.

        Raises
        ------
        UsageError
            When it has ended.
        """
        queued = await self.get(owner, job_id)
        if queued.is_final:
            raise UsageError(f"The job has ended ({queued.phase.value}); make a new one.")
        await self._control.queue(job_id)

    async def abort(self, owner: str, job_id: str) -> None:
        """Stop a job; one that has ended is left as it is."""
        await self.get(owner, job_id)
        await self._control.abort(job_id)

    async def delete(self, owner: str, job_id: str) -> None:
        """Stop a job and forget it."""
        await self.get(owner, job_id)
        await self._control.remove(job_id)

    async def result(self, owner: str, job_id: str) -> bytes:
        """Return the description of the table that was indexed.

        Raises
        ------
        NotFound
            When the job has not been completed.
        """
        job = await self.get(owner, job_id)
        if job.result is None:
            raise NotFound(f"The job has no result; its phase is {job.phase.value}.")
        return await asyncio.to_thread(self._folders.file(job_id, job.result.file_name).read_bytes)

    def _admit(self, load: Load) -> None:
        if load.active >= self._limits.jobs_per_user:
            raise BusyError(
                f"You have {load.active} unfinished jobs, as many as one user may have; "
                "wait for one to end, or delete it.",
                retry_after_s=60,
            )
