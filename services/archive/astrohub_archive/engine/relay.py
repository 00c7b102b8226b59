"""A relay: hands an answer on as it is read; what a slow reader leaves is put aside, to free the worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from ..errors import ArchiveError, QueryTimeout, QuotaExceeded, StorageFull
from ..models import Outcome
from ..settings import SlowReaders
from .answer import Answer
from .aside import Aside, Shelf
from .frame_reader import Content
from .frames import PIECE_BYTES

__all__ = ["Relay"]

_AS_JOB = (
    "send the same parameters with PHASE=RUN to /tap/async, where the answer is kept until it is fetched"
)


class Relay:
    """An answer on its way to a reader of whom nothing is known. It is read once, like an answer.

    Parameters
    ----------
    answer
        The answer.
    aside
        Where the rest of it goes when its reader is slow.
    owner
        Whose it is.

    Attributes
    ----------
    complete
        How the answer ended, when all of it fitted the first piece.
    """

    def __init__(self, answer: Answer, aside: Aside, owner: str) -> None:
        self.complete: Outcome | None = answer.complete
        self._answer = answer
        self._aside = aside
        self._owner = owner
        self._patience_s = aside.options.patience_s
        self._rest: _Rest | None = None

    async def chunks(self) -> AsyncIterator[Content]:
        """Yield the bytes in pieces of at most 1 MiB.

        The worker waits while nobody asks for more, but no longer than the reader has been given in all:
        from then on the rest is put aside. Leaving the loop early cancels the query.

        Raises
        ------
        ArchiveError
            When the answer breaks off and its format cannot say so, or is not kept any longer.
        """
        loop = asyncio.get_running_loop()
        pieces = self._answer.chunks()
        try:
            while self._rest is None:
                piece = await anext(pieces, None)
                if piece is None:
                    return
                asked = loop.time()
                timer = loop.call_later(max(self._patience_s, 0), self._put_aside, pieces)
                try:
                    yield piece
                finally:
                    timer.cancel()
                self._patience_s -= loop.time() - asked
            async for piece in self._rest.pieces():
                yield piece
        finally:
            await self.cancel()

    async def cancel(self) -> None:
        """Stop the query, free its worker, and keep nothing of it; harmless when it has ended."""
        if self._rest is not None:
            await self._rest.discard()
        await self._answer.cancel()

    def break_off(self, reason: ArchiveError) -> None:
        """End the answer for a reason; it says so itself if its format can and its end is not there yet."""
        self._answer.expire_after(0, reason)
        if self._rest is not None:
            self._rest.break_off(reason)

    def _put_aside(self, pieces: AsyncIterator[Content]) -> None:
        self._rest = _Rest(self._answer, pieces, self._aside, self._owner)


class _Rest:
    """What a slow reader has not read yet: filled as fast as the worker can, read when the reader likes."""

    def __init__(self, answer: Answer, pieces: AsyncIterator[Content], aside: Aside, owner: str) -> None:
        self._answer = answer
        self._aside = aside
        self._owner = owner
        self._shelf: Shelf | None = None
        self._held_bytes = 0
        self._is_over = self._is_refused = False
        self._failure: ArchiveError | None = None
        self._broken: ArchiveError | None = None
        self._changed = asyncio.Event()
        self._filling = asyncio.create_task(self._fill(pieces))
        self._giving_up: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(
            aside.options.read_s, self.break_off, _too_late(aside.options.read_s)
        )

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what there is, and wait for more until all of it has been read."""
        while True:
            self._changed.clear()
            is_over = self._is_over
            content = await asyncio.to_thread(self._shelf.get, PIECE_BYTES) if self._shelf else b""
            if self._broken is not None:
                raise self._broken
            if content:
                yield content
            elif not is_over:
                await self._changed.wait()
            elif self._failure is not None:
                raise self._failure
            else:
                return

    def break_off(self, reason: ArchiveError) -> None:
        """Let the reader have no more of it, and keep nothing."""
        self._broken = reason
        self._changed.set()
        self._giving_up = asyncio.create_task(self._give_up())

    async def discard(self) -> None:
        """Keep nothing of it."""
        self._timer.cancel()
        self._filling.cancel()
        await asyncio.wait({self._filling})
        if self._shelf is not None:
            await asyncio.to_thread(self._shelf.close)
        self._aside.give_back(self._owner, self._held_bytes)
        self._held_bytes = 0

    async def _give_up(self) -> None:
        await self.discard()
        await self._answer.cancel()

    async def _fill(self, pieces: AsyncIterator[Content]) -> None:
        try:
            self._shelf = self._aside.open()
            async for piece in pieces:
                await self._keep(self._shelf, piece)
        except ArchiveError as e:
            self._failure = e
        except OSError:
            self._failure = StorageFull(
                f"The archive's disk has no room for what has not been read yet of the answer; {_AS_JOB}."
            )
            await self._answer.cancel()
        finally:
            self._is_over = True
            self._changed.set()

    async def _keep(self, shelf: Shelf, piece: Content) -> None:
        grown = await asyncio.to_thread(shelf.put, piece)
        self._held_bytes += grown
        fits = self._aside.take(self._owner, grown)
        self._changed.set()
        options = self._aside.options
        if (not fits or self._held_bytes > options.answer_bytes) and not self._is_refused:
            # What still comes is little, and says why the answer ends where the format can: it is kept too.
            self._is_refused = True
            self._answer.expire_after(0, _no_room(options))


def _too_late(read_s: float) -> ArchiveError:
    return QueryTimeout(
        f"The answer was not read within the {read_s:g} s for which it waits for its reader; {_AS_JOB}."
    )


def _no_room(options: SlowReaders) -> ArchiveError:
    return QuotaExceeded(
        "The answer was read more slowly than it was made, and there is no more room for what waits: "
        f"{options.answer_bytes // 1024**2:,} MB for one answer, {options.bytes_in_all // 1024**2:,} MB for "
        f"all, half of them at most for one caller, an eighth without a token; {_AS_JOB}."
    )
