"""How far a query has come: the bytes that its worker has read of those of its files, and its rows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from .answer import Answer
from .process import WorkerProcess

__all__ = ["Meter", "Tell", "told"]

_EVERY_S = 1.0

Tell = Callable[[int, int, int], Awaitable[None]]
"""Is told the bytes that have been read, the bytes of all files of the query, and its rows so far."""


class Meter:
    """Counts what a worker reads for one query, and the rows that it answers.

    The engine itself cannot say how far it is while rows are streamed. What the kernel counts for the
    process is known at any time; columns that a query does not name are never read, so that the whole is
    rarely reached.
    """

    def __init__(self) -> None:
        self._worker: WorkerProcess | None = None
        self._before = 0
        self._size = 0
        self._answer: Answer | None = None

    def begin(self, size_bytes: int, worker: WorkerProcess) -> None:
        """Count from now on what this worker reads of files that have so many bytes."""
        self._worker, self._before, self._size = worker, worker.read_bytes(), size_bytes

    def count(self, answer: Answer) -> None:
        """Look from now on at the rows of this answer."""
        self._answer = answer

    @property
    def reading(self) -> tuple[int, int, int] | None:
        """Return bytes read, bytes in all and rows answered; None where nothing is known."""
        if self._worker is None or not self._size:
            return None
        read = self._worker.read_bytes() - self._before
        rows = self._answer.rows if self._answer else 0
        return (min(read, self._size), self._size, rows) if read >= 0 else None


@contextlib.asynccontextmanager
async def told(meter: Meter, tell: Tell | None) -> AsyncIterator[None]:
    """Tell every second how far a query has come, as long as the block goes on."""
    if tell is None:
        yield
        return
    telling = asyncio.create_task(_keep_telling(meter, tell))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _keep_telling(meter: Meter, tell: Tell) -> None:
    while True:
        await asyncio.sleep(_EVERY_S)
        reading = meter.reading
        if reading is not None:
            await tell(*reading)
