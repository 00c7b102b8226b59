"""Answers on their way: nothing goes on working for a client that has left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..errors import ArchiveError
from ..logs import log_event
from .route import route_of

__all__ = ["ClientLeft", "StreamedAnswer", "while_connected"]

_T = TypeVar("_T")


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
    task = asyncio.create_task(work)
    left = asyncio.create_task(_until_left(request.receive))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientLeft
        return task.result()
    finally:
        left.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


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
