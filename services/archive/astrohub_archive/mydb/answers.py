"""Writing the answer to a query into the file of a table as it comes: the engine waits for the disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from ..engine import Answer
from ..errors import EngineError, QueryError
from ..table_files import Content, Pattern, Rows, matched, own_shape, write_table
from .room import Allowance

__all__ = ["AnswerWriter"]

_AT_ONCE = 16


class AnswerWriter:
    """Writes answers, a bounded number at once.

    Parameters
    ----------
    maximum_rows
        Rows that a table may have.
    """

    def __init__(self, maximum_rows: int) -> None:
        self._maximum_rows = maximum_rows
        # Of each answer one thread writes what another pours: were there fewer, all could wait for all.
        self._threads = ThreadPoolExecutor(2 * _AT_ONCE, thread_name_prefix="mydb")
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def write(
        self, answer: Answer, path: Path, *, allowance: Allowance, pattern: Pattern | None = None
    ) -> Content:
        """Write an answer in Arrow; to be appended to a table, in the shape of its pattern.

        Raises
        ------
        ArchiveError
            As the query fails.
        NoRoomError
            When the file would take more than is allowed.
        """
        async with self._turns:
            return await self._write(answer, path, allowance, pattern)

    async def _write(
        self, answer: Answer, path: Path, allowance: Allowance, pattern: Pattern | None
    ) -> Content:
        source, sink = os.pipe()
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(self._threads, _write_stream, source, path, allowance, pattern)
        try:
            async for chunk in answer.chunks():
                await _whole(loop.run_in_executor(self._threads, _pour, sink, chunk))
        except BrokenPipeError:
            pass  # the thread has given up; it says below why
        finally:
            os.close(sink)
            await asyncio.wait({writing})
            writing.exception()  # seen, also when the answer broke off first
        content = writing.result()
        if answer.failure is not None:
            raise answer.failure
        if answer.outcome is None:
            raise EngineError("The answer to the query was not whole; try again.")
        if answer.outcome.overflow:
            raise QueryError(f"The query has more than the {self._maximum_rows:,} rows that are allowed.")
        return content


async def _whole(step: asyncio.Future[None]) -> None:
    """Wait for a step of a thread; whoever is cancelled meanwhile still waits, for it holds a file."""
    try:
        await asyncio.shield(step)
    finally:
        await asyncio.wait({step})


def _pour(sink: int, chunk: bytes | bytearray) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(sink, view) :]


def _write_stream(source: int, path: Path, allowance: Allowance, pattern: Pattern | None) -> Content:
    """Write an Arrow stream that comes through a pipe."""
    with os.fdopen(source, "rb", buffering=1024 * 1024) as file:
        try:
            reader = pa.ipc.open_stream(file)
            if pattern is None:
                return write_table(path, own_shape(reader.schema), reader, room_bytes=0, more_room=allowance)
            batches: Iterable[pa.RecordBatch] = matched(Rows(reader.schema, reader), pattern).batches
            return write_table(path, pattern.shape, batches, room_bytes=0, more_room=allowance)
        except pa.ArrowInvalid as e:
            raise EngineError("The answer to the query broke off; try again.") from e
