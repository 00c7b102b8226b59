"""Jobs: queries that go on when their caller has left."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from ..adql import Language
from ..errors import CredentialsRequired, NotFound, QueryError, UsageError
from ..identity import READ_ARCHIVE, require_scope
from ..ivoa.parameters import Parameters
from ..ivoa.uws import (
    Control,
    Job,
    JobFilter,
    JobFolders,
    JobPage,
    JobResult,
    JobStore,
    Phase,
    Submission,
    is_anonymous_id,
    list_jobs,
    submit,
)
from ..models import Principal
from ..settings import Limits
from .queries import Queries
from .query_request import language_of
from .share import check_share
from .upload_request import read_uploads
from .uploads import Uploads

__all__ = ["JobRequest", "Jobs"]

_LONGEST_WORD = 255
_ALREADY_BEGUN = "The job has begun, so this cannot be changed any more."


@dataclass(frozen=True)
class JobRequest:
    """A job as it was asked for.

    Attributes
    ----------
    parameters
        Those of the query.
    files
        Of its tables, by the names of the parts in which they came.
    run
        Whether it is to be queued at once.
    address
        From where the request came.
    client_key
        The caller's own word for the request, by which a repetition is known.
    """

    parameters: Parameters
    files: Mapping[str, Path]
    run: bool
    address: str
    client_key: str | None = None

    def digest(self) -> str:
        """Return what two requests for the same have in common. It blocks: files are read."""
        pairs = sorted(self.parameters)
        files = sorted((part, _digest_of(path)) for part, path in self.files.items())
        return hashlib.sha256(json.dumps([pairs, files]).encode()).hexdigest()


class Jobs:
    """What callers do with jobs. Nobody sees the jobs of another.

    Parameters
    ----------
    store, folders, control
        The jobs, their results, what acts on them.
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
        control: Control,
        *,
        queries: Queries,
        uploads: Uploads,
        limits: Limits,
    ) -> None:
        self._store = store
        self._folders = folders
        self._control = control
        self._queries = queries
        self._uploads = uploads
        self._limits = limits

    async def create(self, principal: Principal, wanted: JobRequest) -> Job:
        """Make a job, give it the files of its tables, and queue it if it is to run at once.

        A key that was used before stands for the job that was made then.

        Raises
        ------
        Forbidden, CredentialsRequired
            As for a query that is answered at once.
        BusyError, QuotaExceeded
            When the caller has too many unfinished jobs, or keeps too much.
        Conflict
            When the caller's key stands for another request.
        """
        require_scope(principal, READ_ARCHIVE)
        submission = await self._submission(principal, wanted)
        await self._check_names(principal, wanted.parameters)
        self._uploads.check(principal, read_uploads(wanted.parameters), wanted.files)
        admit = partial(check_share, self._limits, is_anonymous=principal.is_anonymous)
        job = await asyncio.to_thread(submit, self._store, submission, admit)
        if wanted.files and job.phase is Phase.PENDING:
            await asyncio.to_thread(self._uploads.keep, wanted.files, job.job_id)
        if wanted.run and not job.is_final:
            return await self.run(principal, job.job_id)
        return job

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

    async def listed(self, principal: Principal, wanted: JobFilter, last: int | None) -> JobPage:
        """Return the caller's newest jobs that fit a filter; nobody in particular has no list."""
        require_scope(principal, READ_ARCHIVE)
        if principal.name is None:
            return JobPage((), is_cut=False)
        most = min(last or self._limits.jobs_listed, self._limits.jobs_listed)
        return await asyncio.to_thread(list_jobs, self._store, principal.name, wanted, most)

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
        return await self._control.wait(partial(self.get, principal, job_id), seconds=seconds, phase=phase)

    async def run(self, principal: Principal, job_id: str) -> Job:
        """Queue a job; one that runs already is left alone.

        Raises
        ------
        UsageError
            When it has ended.
        """
        job = await self.get(principal, job_id)
        await self._check_names(principal, job.parameters)
        queued = await self._control.queue(job_id)
        job = await self.get(principal, job_id)
        if not queued and job.is_final:
            raise UsageError(f"The job has ended ({job.phase.value}); make a new one to run the query again.")
        return job

    async def abort(self, principal: Principal, job_id: str) -> None:
        """Stop a job; one that has ended is left as it is."""
        await self.get(principal, job_id)
        await self._control.abort(job_id)

    async def delete(self, principal: Principal, job_id: str) -> None:
        """Stop a job and remove it with its result."""
        await self.get(principal, job_id)
        await self._control.remove(job_id)

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

    async def _submission(self, principal: Principal, wanted: JobRequest) -> Submission:
        if wanted.client_key is not None and principal.name is None:
            raise CredentialsRequired(
                "A key for a job belongs to a user; send a token, or leave the key out."
            )
        return Submission(
            owner=principal.name,
            parameters=wanted.parameters,
            lifetime=timedelta(days=self._limits.job_lifetime_days),
            execution_duration_s=self._limits.async_s,
            run_id=_word("RUNID", wanted.parameters.one("RUNID")),
            address=wanted.address if principal.is_anonymous else None,
            client_key=_word("IDEMPOTENCYKEY", wanted.client_key),
            request_digest=await asyncio.to_thread(wanted.digest) if wanted.client_key else None,
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


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _word(name: str, value: str | None) -> str | None:
    """Return what a caller calls something, if it fits the row of a job.

    Raises
    ------
    UsageError
        When it is too long, or not printable.
    """
    if value is not None and (len(value) > _LONGEST_WORD or not value.isprintable()):
        raise UsageError(f"{name} must be printable and have {_LONGEST_WORD} characters at most.")
    return value
