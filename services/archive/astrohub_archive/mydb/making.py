"""Making tables: of the rows of a query, or of an uploaded file. Complete or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from ..engine import Answer, Pool
from ..errors import ArchiveError, BusyError, EngineError, QueryError, RequestTooLarge, UsageError
from ..formats import find_format
from ..models import Principal
from ..reader import Reader
from ..settings import Limits, MyDb
from ..table_files import FORMATS, Content, Converter, NoRoomError, kept_shape, write_table
from .entry import Entry, Making
from .folders import FILE_NAME, TableFolders
from .store import ALIVE_S, TableStore

__all__ = ["Makers"]

_BEAT_S = ALIVE_S / 4
_SILENCE_S = 60.0
# A client that is still sending does not read our answer: a file somewhat too long is read to its end.
_READ_ANYHOW = 64 * 1024**2

Make = Callable[[Making, Path], Awaitable[Content]]
"""Writes the file of a table into a folder."""


class Makers:
    """Makes tables.

    Parameters
    ----------
    store, folders
        Where tables are kept.
    reader, pool
        What understands and runs queries.
    limits, options
        What a query may ask for, and what a user may keep.
    converter
        Reads files.
    """

    def __init__(
        self,
        store: TableStore,
        folders: TableFolders,
        reader: Reader,
        pool: Pool,
        *,
        limits: Limits,
        options: MyDb,
        converter: Converter,
    ) -> None:
        self._store = store
        self._folders = folders
        self._reader = reader
        self._pool = pool
        self._limits = limits
        self._options = options
        self._converter = converter
        self._threads = ThreadPoolExecutor(thread_name_prefix="mydb")
        self._under_way: set[asyncio.Task[Content]] = set()
        self._is_stopping = False

    async def from_query(
        self, principal: Principal, owner: str, name: str, query: str, *, replace: bool
    ) -> Entry:
        """Make a table of the rows of a query.

        Raises
        ------
        ArchiveError
            As the query fails, or as `TableStore.begin` and `finish` do. Nothing is left then.
        """
        statement = await self._reader.understand(principal, query)

        async def make(making: Making, folder: Path) -> Content:
            answer = await self._pool.run(
                statement,
                fmt=find_format("arrow"),
                maxrec=self._limits.maximum_rows,
                timeout_s=self._options.create_s,
            )
            try:
                return await self._write(making, answer, folder / FILE_NAME)
            finally:
                await answer.cancel()

        return await self._make(owner, name, replace, make, {"query": query})

    async def from_file(
        self, owner: str, name: str, chunks: AsyncIterator[bytes], *, form: str, file: str, replace: bool
    ) -> Entry:
        """Make a table of a file that is being uploaded.

        Raises
        ------
        ArchiveError
            As the file fails, or as `TableStore.begin` and `finish` do. Nothing is left then.
        """
        if form not in FORMATS:
            raise UsageError(f"format must be one of {', '.join(FORMATS)}.")

        async def make(making: Making, folder: Path) -> Content:
            source = folder / f"upload.{form}"
            await self._receive(chunks, source)
            return await self._converter.convert(
                source, form, folder / FILE_NAME, room_bytes=await asyncio.to_thread(self._store.room, making)
            )

        try:
            return await self._make(owner, name, replace, make, {"file": file, "format": form})
        except ArchiveError:
            await _read_on(chunks)
            raise

    async def break_off(self) -> None:
        """End what is under way, for the service is being stopped; nothing of it is left."""
        self._is_stopping = True
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _make(
        self, owner: str, name: str, replace: bool, make: Make, provenance: dict[str, str]
    ) -> Entry:
        if self._is_stopping:
            raise _stopping()
        making = await asyncio.to_thread(self._store.begin, owner, name, replace=replace)
        done = False
        try:
            folder = await asyncio.to_thread(self._folders.make_partial, making)
            content = await self._alive(making, make(making, folder))
            entry = await asyncio.shield(asyncio.to_thread(self._publish, making, content, provenance))
            done = True
            return entry
        except NoRoomError as e:
            raise self._store.no_room(name) from e
        except OSError as e:
            raise EngineError(
                f"The table mydb.{name} could not be written: {e.strerror or 'the disk failed'}."
            ) from e
        finally:
            if not done:
                await asyncio.shield(asyncio.to_thread(self._clear_away, making))

    def _publish(self, making: Making, content: Content, provenance: dict[str, str]) -> Entry:
        self._folders.publish(making)
        entry = self._store.finish(making, content, provenance)
        self._store.forget_beyond_quota(making.owner)
        return entry

    def _clear_away(self, making: Making) -> None:
        if self._store.give_up(making.table_id):
            self._folders.remove(making)

    async def _alive(self, making: Making, work: Awaitable[Content]) -> Content:
        """Do the work and say all the while that it is being done."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        try:
            while True:
                done, _ = await asyncio.wait({task}, timeout=_BEAT_S)
                if done:
                    return task.result()
                if not await asyncio.to_thread(self._store.keep_alive, making.table_id):
                    raise BusyError(f"The table mydb.{making.name} was interrupted; try again.")
        except asyncio.CancelledError as e:
            if self._is_stopping and task.cancelled():
                raise _stopping() from e
            raise
        finally:
            self._under_way.discard(task)
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    # ---- the rows of a query

    async def _write(self, making: Making, answer: Answer, path: Path) -> Content:
        """Write an answer into a file as it comes; a thread writes, and the engine waits for it."""
        room = await asyncio.to_thread(self._store.room, making)
        source, sink = os.pipe()
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(self._threads, _write_stream, source, path, room)
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
            raise QueryError(
                f"The query has more than the {self._limits.maximum_rows:,} rows that are allowed."
            )
        return content

    # ---- the bytes of a file

    async def _receive(self, chunks: AsyncIterator[bytes], path: Path) -> None:
        size = 0
        with path.open("xb") as file:
            while True:
                try:
                    async with asyncio.timeout(_SILENCE_S):
                        chunk = await anext(chunks, None)
                except TimeoutError as e:
                    raise UsageError(f"The upload was silent for {_SILENCE_S:g} s; try again.") from e
                if chunk is None:
                    break
                size += len(chunk)
                if size > self._options.upload_bytes:
                    raise RequestTooLarge(
                        f"The file is longer than the {self._options.upload_bytes:,} bytes that one upload "
                        "may have; send it in parts, or as Parquet, which is smaller."
                    )
                await asyncio.to_thread(file.write, chunk)
        if size == 0:
            raise UsageError("The upload holds no bytes.")


async def _whole(step: asyncio.Future[None]) -> None:
    """Wait for a step of a thread; whoever is cancelled meanwhile still waits, for it holds a file."""
    try:
        await asyncio.shield(step)
    finally:
        await asyncio.wait({step})


def _pour(sink: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(sink, view) :]


def _write_stream(source: int, path: Path, room_bytes: int) -> Content:
    """Write an Arrow stream that comes through a pipe."""
    with os.fdopen(source, "rb", buffering=1024 * 1024) as file:
        try:
            reader = pa.ipc.open_stream(file)
            return write_table(path, kept_shape(reader.schema), reader, room_bytes=room_bytes)
        except pa.ArrowInvalid as e:
            raise EngineError("The answer to the query broke off; try again.") from e


async def _read_on(chunks: AsyncIterator[bytes]) -> None:
    left = _READ_ANYHOW
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_SILENCE_S):
            async for chunk in chunks:
                left -= len(chunk)
                if left <= 0:
                    return


def _stopping() -> BusyError:
    return BusyError("The archive is being restarted; make the table again in a moment.")
