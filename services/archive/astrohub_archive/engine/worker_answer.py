"""An answer on its way from a worker, which waits while nobody reads it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator

from ..errors import ArchiveError, EngineError, MemoryExceeded
from ..formats import Format
from ..models import Outcome, ResultColumn
from .faults import QueryCancelled, as_json, from_json
from .frame_reader import Content
from .frames import PIECE_BYTES, Kind, unpack
from .lane import Lane
from .process import WorkerProcess
from .told_columns import columns_from_json

__all__ = ["WorkerAnswer"]

_log = logging.getLogger(__name__)

_PATIENCE_S = 5.0


class WorkerAnswer:
    """The answer that a worker gives to one query; an `Answer`."""

    def __init__(
        self, lane: Lane, worker: WorkerProcess, query: int, *, fmt: Format, memory_mb: int, grace_s: float
    ) -> None:
        self.complete: Outcome | None = None
        self.outcome: Outcome | None = None
        self.rows = 0
        self._lane = lane
        self._worker = worker
        self._query = query
        self._format = fmt
        self._memory_mb = memory_mb
        self._grace_s = grace_s
        self._start: Content = b""
        self._first: deque[Content] = deque()
        self._reason: ArchiveError | None = None
        self._failure: ArchiveError | None = None
        self._released = False
        self._reading = asyncio.Lock()
        self._timers: list[asyncio.TimerHandle] = []

    async def chunks(self) -> AsyncIterator[Content]:
        """Yield the bytes in pieces of at most 1 MiB; the worker waits while nobody asks for more."""
        try:
            while self._first:
                yield self._first.popleft()
            while not self._released:
                async with self._reading:
                    piece = None if self._released else await self._next_piece()
                if piece is not None:
                    yield piece
            if self._failure is not None and (self.outcome is None or not self._format.tells_failure):
                raise self._failure
        finally:
            if not self._released:
                self._interrupt(QueryCancelled("The query was cancelled."))
                self._lane.in_background(self.cancel())

    @property
    def columns(self) -> tuple[ResultColumn, ...]:
        """Return what the answer's columns are; datatype and arraysize are always known."""
        return columns_from_json(bytes(self._start).decode()) if self._start else ()

    async def cancel(self) -> None:
        """Stop the query and free its worker; harmless when it has ended."""
        self._interrupt(QueryCancelled("The query was cancelled."))
        async with self._reading:
            while not self._released:
                await self._next_piece()

    @property
    def failure(self) -> ArchiveError | None:
        """Return what the query failed of after its first bytes, if it did."""
        return self._failure

    def expire_after(self, timeout_s: float, reason: ArchiveError) -> None:
        """Stop the query for a reason if it still runs after so many seconds."""
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(timeout_s, self._interrupt, reason))

    async def gather_first(self) -> None:
        """Wait for the first piece, or for the end if it comes before.

        Raises
        ------
        ArchiveError
            When the query fails before there is a full piece.
        """
        gathered = 0
        async with self._reading:
            while not self._released and gathered < PIECE_BYTES:
                piece = await self._next_piece()
                if piece is not None:
                    self._first.append(piece)
                    gathered += len(piece)
        if self._failure is not None:
            raise self._failure
        self.complete = self.outcome

    async def _next_piece(self) -> Content | None:
        """Read one frame; return its bytes if it is of the answer."""
        try:
            kind, content = await self._worker.read()
        except EOFError:
            self._failure = self._reason or self._loss()
            self._release(usable=False)
            return None
        if kind is Kind.DATA:
            return content
        if kind is Kind.START:
            # Hardly anybody asks what it says.
            self._start = content
            return None
        message = unpack(content)
        if kind is Kind.ROWS:
            self.rows = message["rows"]
        elif kind is Kind.END:
            self.outcome = Outcome(**message["outcome"])
            self._end(message["fault"])
        elif kind is Kind.FAIL:
            self._end(message)
        return None

    def _end(self, fault: dict[str, str] | None) -> None:
        if fault is not None:
            self._failure = self._reason or from_json(fault)
            if fault["detail"] and isinstance(self._failure, EngineError):
                _log.error("query-failed", extra={"detail": fault["detail"], "lane": self._lane.name})
        self._release(usable=True)

    def _loss(self) -> EngineError:
        if self._worker.outgrown:
            return MemoryExceeded(
                f"The query needs more than the {self._memory_mb} MB of memory that one query may use; "
                "let it sort, group or join fewer rows."
            )
        return EngineError("The worker that ran the query was lost; it has been replaced, try again.")

    def _interrupt(self, reason: ArchiveError) -> None:
        """Tell the worker to stop, and kill it if it has not after the grace."""
        if self._released or self._reason is not None:
            return
        self._reason = reason
        self._worker.interrupt({"query": self._query, "reason": as_json(reason)})
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(self._grace_s, self._put_down))

    def _put_down(self) -> None:
        self._worker.terminate()
        self._lane.in_background(self._reclaim())

    async def _reclaim(self) -> None:
        """Give the worker back in the place of a reader who never came, or has stopped reading."""
        await asyncio.sleep(_PATIENCE_S)
        await self.cancel()

    def _release(self, *, usable: bool) -> None:
        if self._released:
            return
        self._released = True
        for timer in self._timers:
            timer.cancel()
        self._lane.give_back(self._worker, usable=usable)
