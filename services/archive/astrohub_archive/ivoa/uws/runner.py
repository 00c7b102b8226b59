"""The runner: claims queued jobs, runs them, keeps its leases, and leaves what it cannot end to another."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from ... import settings
from ...errors import ArchiveError, BusyError
from ...incidents import report_fault, report_incident
from ...logs import log_event
from .changes import Changes
from .folder import JobFolders
from .job import Job, JobResult
from .leases import Heartbeat, Leases
from .store import JobStore

__all__ = ["Execute", "Runner"]

_T = TypeVar("_T")
_WATCH_S = 0.5
_LONGEST_PAUSE_S = 10.0

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
    is_over: bool = False


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
        self._store = store
        self._folders = folders
        self._changes = changes
        self._execute = execute
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        # A job may run for a day: whoever has many of them leaves a place to others.
        most = options.concurrent_per_user or max(1, options.concurrent - 1)
        self._leases = Leases(store, holder, options.lease_s, most_of_one_owner=most)
        self._running: dict[str, _Running] = {}
        self._slots = asyncio.Semaphore(options.concurrent)
        self._queued = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._is_stopping = False

    async def start(self) -> None:
        """Begin to claim jobs."""
        self._loops = [
            asyncio.create_task(self._forever(self._claim_next)),
            asyncio.create_task(self._forever(self._keep_leases)),
            asyncio.create_task(self._forever(self._watch)),
        ]

    async def stop(self) -> None:
        """End; jobs under way are queued again, for this process after its next start or for another."""
        self._is_stopping = True
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
        # An attempt of ours from before its lease ran out, when the machine had stood still.
        await self._cancel(job.job_id, _Why.LEASE_LOST)
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
        requeued = await asyncio.to_thread(self._leases.requeue_expired)
        if requeued.queued or requeued.failed:
            log_event(
                "jobs of a silent runner",
                level=logging.WARNING,
                queued=requeued.queued,
                failed=requeued.failed,
            )
            self.wake()
        await asyncio.sleep(self._options.lease_s / 3)
        await self._heed(self._leases.renew)

    async def _watch(self) -> None:
        """Notice soon what another process has done to jobs that run here."""
        await asyncio.sleep(min(self._options.poll_s, _WATCH_S))
        if self._running:
            await self._heed(self._leases.look)

    async def _heed(self, beat_of: Callable[[Collection[str]], Heartbeat]) -> None:
        running = list(self._running)
        if not running:
            return
        beat = await asyncio.to_thread(beat_of, running)
        lost = set(running) - beat.held
        await asyncio.gather(
            *(self._cancel(job_id, _Why.LEASE_LOST) for job_id in lost),
            *(self._cancel(job_id, _Why.ABORT) for job_id in beat.to_abort),
        )

    async def _cancel(self, job_id: str, why: _Why) -> None:
        running = self._running.get(job_id)
        if running is None:
            return
        if running.why is None and not running.is_over:
            running.why = why
            running.task.cancel()
        await asyncio.wait([running.task])

    async def _run(self, job: Job) -> None:
        try:
            await self._attempt(job)
        except Exception as e:  # noqa: BLE001 -- outermost ring: the lease runs out and the job is queued again
            report_incident(e, "the end of a job could not be recorded", job=job.job_id)
        finally:
            del self._running[job.job_id]
            self._slots.release()
            self._changes.announce(job.job_id)

    async def _attempt(self, job: Job) -> None:
        running = self._running[job.job_id]
        try:
            result = await self._execute(job)
        except asyncio.CancelledError:
            running.is_over = True
            await self._end(job, _of_cancelled(self._leases, job, running.why))
        except BusyError as e:
            running.is_over = True
            delay_s = e.retry_after_s
            await self._end(job, lambda: self._leases.give_back([job.job_id], delay_s=delay_s))
        except ArchiveError as e:
            running.is_over = True
            failure = e  # the name `e` does not outlive this block
            await self._end(job, lambda: self._leases.fail(job.job_id, failure))
        except Exception as e:  # noqa: BLE001 -- outermost ring of a background task: reported
            running.is_over = True
            await self._end(job, await self._broken(job, e))
        else:
            running.is_over = True
            await self._end(job, lambda: self._leases.complete(job.job_id, result))

    async def _broken(self, job: Job, failure: Exception) -> Callable[[], object]:
        """Return how a job ends of what nobody has foreseen; who has lost it had its folder taken away."""
        beat = await self._insist(lambda: self._leases.look([job.job_id]))
        if job.job_id not in beat.held:
            return lambda: False
        told = report_fault(failure, "a job failed", job=job.job_id)
        if isinstance(told, BusyError):
            delay_s = told.retry_after_s
            return lambda: self._leases.give_back([job.job_id], delay_s=delay_s)
        return lambda: self._leases.fail(job.job_id, told)

    async def _end(self, job: Job, record: Callable[[], object]) -> None:
        """Record how a job ended, then remove what is not needed any more, which a kill may prevent."""
        await self._insist(record)
        now = await self._insist(lambda: self._store.get(job.job_id))
        await asyncio.to_thread(self._tidy, job, now)

    def _tidy(self, job: Job, now: Job | None) -> None:
        """Remove files: all of a job that is gone, all but the result of one that has ended, else our own."""
        if now is None:
            self._folders.remove(job.job_id)
        elif now.is_final:
            self._folders.keep_only(job.job_id, now.result.file_name if now.result else "")
        else:
            self._folders.remove_attempt(job.job_id, job.attempts)

    async def _insist(self, step: Callable[[], _T]) -> _T:
        """Do something with the database, again and again while it is away: hours of work may hang on it."""
        pause_s = self._options.poll_s
        while True:
            try:
                return await asyncio.to_thread(step)
            except OperationalError as e:
                if self._is_stopping:
                    raise
                report_incident(e, "the job database is away")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _of_cancelled(leases: Leases, job: Job, why: _Why | None) -> Callable[[], object]:
    """Return how a job ends that was cancelled."""
    if why is _Why.ABORT:
        return lambda: leases.aborted(job.job_id)
    if why is _Why.STOPPING:
        return lambda: leases.give_back([job.job_id])
    return lambda: None
