"""The runner: claims queued jobs, runs them, keeps its leases, and leaves what it cannot end to another."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from ... import settings
from ...errors import ArchiveError, BusyError
from ...incidents import report_fault, report_incident
from ...logs import log_event
from .changes import Changes
from .folder import JobFolders
from .job import Job, JobResult
from .leases import Leases
from .store import JobStore

__all__ = ["Execute", "Runner"]

Execute = Callable[[Job], Awaitable[JobResult]]


class _Why(Enum):
    """Why a running job is cancelled."""

    ABORT = "abort"
    LEASE_LOST = "lease lost"
    STOPPING = "stopping"


@dataclass
class _Running:
    task: asyncio.Task[None]
    why: _Why | None = None


class Runner:
    """Runs the jobs of one store in this process.

    Parameters
    ----------
    store
        The jobs.
    folders
        Where results lie.
    changes
        Who waits for a job is told here.
    execute
        Runs one job and writes its result into place; to be cancelled at any point.
    options
        How many at once, and how long a lease is.
    """

    def __init__(
        self,
        store: JobStore,
        folders: JobFolders,
        changes: Changes,
        execute: Execute,
        *,
        options: settings.Jobs,
    ) -> None:
        self._options = options
        self._folders = folders
        self._changes = changes
        self._execute = execute
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        # A job may run for a day: whoever has many of them leaves a place to others.
        most = max(1, options.concurrent - 1)
        self._leases = Leases(store, holder, options.lease_s, most_of_one_owner=most)
        self._running: dict[str, _Running] = {}
        self._slots = asyncio.Semaphore(options.concurrent)
        self._queued = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to claim jobs."""
        self._loops = [
            asyncio.create_task(self._forever(self._claim_next)),
            asyncio.create_task(self._forever(self._keep_leases)),
        ]

    async def stop(self) -> None:
        """End; jobs under way are queued again, for this process after its next start or for another."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await asyncio.gather(*(self._cancel(job_id, _Why.STOPPING) for job_id in list(self._running)))

    def wake(self) -> None:
        """Look for queued jobs now."""
        self._queued.set()

    async def cancel(self, job_id: str) -> None:
        """Abort a job if it runs here, and return when it has ended."""
        await self._cancel(job_id, _Why.ABORT)

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported, tried again
                report_incident(e, "the job runner stumbled")
                await asyncio.sleep(self._options.poll_s)

    async def _claim_next(self) -> None:
        await self._slots.acquire()
        job = None
        try:
            self._queued.clear()
            job = await self._claim()
        finally:
            if job is None:
                self._slots.release()
        if job is None:
            await self._until_woken()
            return
        self._changes.announce(job.job_id)
        self._running[job.job_id] = _Running(asyncio.create_task(self._run(job)))

    async def _claim(self) -> Job | None:
        claiming = asyncio.create_task(asyncio.to_thread(self._leases.claim))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            job = await claiming  # told to stop meanwhile: what was claimed goes back at once
            if job is not None:
                await asyncio.to_thread(self._leases.give_back, [job.job_id])
            raise

    async def _until_woken(self) -> None:
        try:
            async with asyncio.timeout(self._options.poll_s):
                await self._queued.wait()
        except TimeoutError:
            pass

    async def _keep_leases(self) -> None:
        await asyncio.sleep(self._options.lease_s / 3)
        beat = await asyncio.to_thread(self._leases.renew)
        for job_id in set(self._running) - beat.held:
            # Claimed a moment ago, after the leases were read, or truly lost: only the database knows.
            if job_id not in (await asyncio.to_thread(self._leases.renew)).held:
                await self._cancel(job_id, _Why.LEASE_LOST)
        for job_id in beat.to_abort:
            await self._cancel(job_id, _Why.ABORT)
        requeued = await asyncio.to_thread(self._leases.requeue_expired)
        if requeued.queued or requeued.failed:
            log_event(
                "jobs of a silent runner",
                level=logging.WARNING,
                queued=requeued.queued,
                failed=requeued.failed,
            )
            self.wake()

    async def _cancel(self, job_id: str, why: _Why) -> None:
        running = self._running.get(job_id)
        if running is None:
            return
        if running.why is None:
            running.why = why
            running.task.cancel()
        await asyncio.wait([running.task])

    async def _run(self, job: Job) -> None:
        try:
            await self._attempt(job)
        except Exception as e:  # noqa: BLE001 -- the database is away: the lease runs out and the job is queued again
            report_incident(e, "the end of a job could not be recorded", job=job.job_id)
        finally:
            del self._running[job.job_id]
            self._slots.release()
            self._changes.announce(job.job_id)

    async def _attempt(self, job: Job) -> None:
        try:
            result = await self._execute(job)
        except asyncio.CancelledError:
            await self._cancelled(job)
        except BusyError as e:
            await asyncio.to_thread(self._leases.give_back, [job.job_id], delay_s=e.retry_after_s)
        except ArchiveError as e:
            await asyncio.to_thread(self._leases.fail, job.job_id, e.message)
        except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported
            await asyncio.to_thread(
                self._leases.fail, job.job_id, report_fault(e, "a job failed", job=job.job_id).message
            )
        else:
            if not await asyncio.to_thread(self._leases.complete, job.job_id, result):
                await asyncio.to_thread(self._folders.remove, job.job_id)

    async def _cancelled(self, job: Job) -> None:
        why = self._running[job.job_id].why
        if why is _Why.ABORT:
            await asyncio.to_thread(self._leases.aborted, job.job_id)
        elif why is _Why.STOPPING:
            await asyncio.to_thread(self._leases.give_back, [job.job_id])
            return
        await asyncio.to_thread(self._folders.remove, job.job_id)
