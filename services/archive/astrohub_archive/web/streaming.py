"""Answers on their way: nothing goes on working for a client that has left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import suppress
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..errors import ArchiveError, RequestTooLarge
from ..logs import log_event
from .route import route_of

__all__ = ["ClientLeft", "StreamedAnswer", "while_connected"]

_T = TypeVar("_T")

# A client rarely leaves before, and to watch each for so short a time takes long.
_AT_ONCE_S = 0.25


class ClientLeft(Exception):
    """The client closed the connection before there was an answer."""


class _Answer(Protocol):
    """The part of `engine.Answer` that is used here."""

    def chunks(self) -> AsyncIterator[bytes | bytearray]: ...

    async def cancel(self) -> None: ...


async def while_connected(request: Request, work: Coroutine[None, None, _T]) -> _T:
    """Return what `work` returns; cancel it when the client leaves.

    Raises
    ------
    ClientLeft
        When the client left first.
    """
    watch = _Watch(request.receive)
    try:
        return await work
    except asyncio.CancelledError as e:
        if watch.has_left:
            raise ClientLeft from e
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels the task in which it is made when the client leaves; what is done at once is not watched."""

    def __init__(self, receive: Receive) -> None:
        self.has_left = False
        self._receive = receive
        self._task = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_AT_ONCE_S, self._begin)

    def end(self) -> None:
        """Let the client leave from now on."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self.has_left and self._task is not None:
            self._task.uncancel()

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        # Who sends more than is read is not listened to any more, as if gone.
        with suppress(RequestTooLarge):
            await _until_left(self._receive)
        self.has_left = True
        if self._task is not None:
            self._task.cancel()


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class StreamedAnswer(Response):
    """Sends an answer as it comes; the engine waits while the client does not read.

    Parameters
    ----------
    answer
        What to send; it is cancelled when the client leaves.
    media_type
        Its type.
    headers
        Further headers.
    """

    def __init__(self, answer: _Answer, *, media_type: str, headers: Mapping[str, str]) -> None:
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self._answer = answer
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        sending = asyncio.create_task(self._send(send))
        left = asyncio.create_task(_until_left(receive))
        try:
            await asyncio.wait({sending, left}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        except ArchiveError as e:
            # The format cannot say that the answer is not whole: a connection that breaks off says it.
            log_event("an answer broke off", level=logging.WARNING, route=route_of(scope), slug=e.slug)
        finally:
            for task in (sending, left):
                task.cancel()
            await asyncio.wait({sending, left})
            await self._answer.cancel()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self._answer.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
