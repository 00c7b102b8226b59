"""A lane: workers that are alike, a bounded queue in front of them, and the replacing of those that die."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Coroutine
from typing import Any

from ..errors import BusyError, EngineError
from .process import WorkerProcess, WorkerSettings
from .usage import Usage

__all__ = ["Lane"]

_log = logging.getLogger(__name__)

_WATCH_S = 0.1
_LONGEST_PAUSE_S = 10.0


class Lane:
    """Lends workers to queries.

    Parameters
    ----------
    name
        What it is called in logs and sentences.
    size
        How many workers it keeps.
    queue_length
        How many queries may wait for one of them.
    settings
        What its workers may use.
    is_lazy
        Whether its workers are started only when the first query comes.
    """

    def __init__(
        self, name: str, size: int, queue_length: int, settings: WorkerSettings, *, is_lazy: bool = False
    ) -> None:
        self.name = name
        self.size = size
        self.waiting = 0
        self.busy = 0
        self.usage = Usage()
        self._asked: dict[WorkerProcess, float] = {}
        self._queue_length = queue_length
        self._settings = settings
        self._idle: asyncio.LifoQueue[WorkerProcess] = asyncio.LifoQueue()
        self._workers: set[WorkerProcess] = set()
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._is_lazy = is_lazy
        self._starting: asyncio.Future[None] | None = None

    @property
    def is_dead(self) -> bool:
        """Say whether no worker runs although some should."""
        was_started = self._starting is not None and self._starting.done()
        return self.alive == 0 and (was_started or self._stopped)

    @property
    def alive(self) -> int:
        """Return how many workers run."""
        return sum(worker.alive for worker in self._workers)

    async def start(self) -> None:
        """Start all workers, if they are not to wait for a query.

        Raises
        ------
        EngineError
            When one of them does not start.
        """
        self._stopped = False
        if not self._is_lazy:
            await self._started()

    async def _started(self) -> None:
        """Return when the workers have been started, by whoever came first; who leaves does not stop that."""
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start_workers())
        starting = self._starting
        try:
            await asyncio.shield(starting)
        except EngineError:
            self._starting = None
            raise

    async def _start_workers(self) -> None:
        for worker in await asyncio.gather(*(self._start_worker() for _ in range(self.size))):
            self._idle.put_nowait(worker)
        self.in_background(self._watch_memory())

    async def stop(self) -> None:
        """End all workers; their queries fail."""
        self._stopped = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in self._workers))
        self._workers.clear()
        self._idle = asyncio.LifoQueue()
        self._starting = None

    async def borrow(self, timeout_s: float) -> WorkerProcess:
        """Wait for a worker; give it back with `give_back`.

        Raises
        ------
        BusyError
            When the queue is full, or no worker was free in time.
        """
        asked = time.monotonic()
        if self._idle.empty() and self.waiting >= self._queue_length:
            self.usage.refused += 1
            raise BusyError(
                f"{self.waiting} queries wait already in the {self.name} queue, as many as are allowed; "
                "try again in a few seconds."
            )
        worker = self._idle_now()
        if worker is None:
            worker = await self._wait_for_one(timeout_s)
        self.busy += 1
        self._asked[worker] = asked
        return worker

    def _idle_now(self) -> WorkerProcess | None:
        """Return a worker that waits for a query, if there is one and nobody came before."""
        while not self.waiting and not self._idle.empty():
            if (worker := self._idle.get_nowait()).alive:
                return worker
            self.in_background(self._replace(worker))
        return None

    async def _wait_for_one(self, timeout_s: float) -> WorkerProcess:
        self.waiting += 1
        try:
            async with asyncio.timeout(timeout_s):
                await self._started()
                return await self._next_alive()
        except TimeoutError as e:
            self.usage.refused += 1
            raise BusyError(
                f"No worker of the {self.name} queue was free within {timeout_s:g} s; try again later.",
                retry_after_s=30,
            ) from e
        finally:
            self.waiting -= 1

    def give_back(self, worker: WorkerProcess, *, usable: bool) -> None:
        """Take a worker back; one that cannot be used again is replaced."""
        self.busy -= 1
        self.usage.answered.add(time.monotonic() - self._asked.pop(worker))
        if self._stopped:
            return
        if usable and worker.alive:
            self._idle.put_nowait(worker)
        else:
            self.in_background(self._replace(worker))

    async def _next_alive(self) -> WorkerProcess:
        while True:
            worker = await self._idle.get()
            if worker.alive:
                return worker
            self.in_background(self._replace(worker))

    async def _start_worker(self) -> WorkerProcess:
        worker = await WorkerProcess.start(f"{self.name}-{next(self._numbers)}", self._settings)
        self._workers.add(worker)
        return worker

    async def _replace(self, worker: WorkerProcess) -> None:
        _log.warning("worker-replaced", extra={"lane": self.name, "pid": worker.pid})
        self.usage.replaced += 1
        self._workers.discard(worker)
        await worker.kill()
        pause_s = 0.5
        while True:
            try:
                self._idle.put_nowait(await self._start_worker())
                return
            except (EngineError, OSError) as e:
                _log.error("worker-not-started", extra={"lane": self.name, "reason": str(e)})
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _watch_memory(self) -> None:
        """Kill the workers that hold more memory than the engine's own limit should have let them."""
        ceiling = self._settings.ceiling_mb * 1024**2
        while True:
            await asyncio.sleep(_WATCH_S)
            for worker in self._workers:
                if self.busy and worker.resident_bytes() > ceiling:
                    _log.warning("worker-outgrown", extra={"lane": self.name, "pid": worker.pid})
                    worker.outgrown = True
                    worker.terminate()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some work of cleaning up that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if error := task.exception():
                _log.error("lane-task-failed", extra={"lane": self.name}, exc_info=error)
