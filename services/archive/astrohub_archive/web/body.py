"""The size of a request's body: bounded before anything reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import RequestTooLarge

__all__ = ["BodyStream", "BoundedBody", "read_on"]

# A client that is still sending does not read our answer: a body somewhat too long is read to its end.
_READ_ANYHOW = 32 * 1024**2


class BoundedBody:
    """Lets the application read at most `limit` bytes of a body.

    Parameters
    ----------
    app
        The application within.
    limit
        Bytes at most.
    streamed
        Paths under which the body of a PUT is taken as a stream, whose handler bounds it itself.
    forms
        Paths under which a form of several parts is taken so.
    posted
        Paths under which the body of a POST is taken so, whatever it is.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        *,
        streamed: tuple[str, ...] = (),
        forms: tuple[str, ...] = (),
        posted: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._limit = limit
        self._streamed = streamed
        self._forms = forms
        self._posted = posted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; reading beyond the limit raises `RequestTooLarge` inside the application."""
        if scope["type"] == "http" and self._is_streamed(scope):
            await self._app(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._limit:
                    await read_on(receive, more=message.get("more_body", False))
                    raise RequestTooLarge(
                        f"The request is longer than the {self._limit:,} bytes allowed; send a shorter one."
                    )
            return message

        await self._app(scope, bounded, send)

    def _is_streamed(self, scope: Scope) -> bool:
        if scope["method"] == "POST" and scope["path"].startswith(self._forms):
            return Headers(scope=scope).get("content-type", "").lower().startswith("multipart/form-data")
        paths = {"PUT": self._streamed, "POST": self._posted}.get(scope["method"], ())
        return bool(scope["path"].startswith(paths))


async def read_on(receive: Receive, *, more: bool) -> None:
    """Read what a client is still sending, up to a bound, so that it comes to reading our answer."""
    left = _READ_ANYHOW
    while left > 0 and more:
        message = await receive()
        left -= len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)


class BodyStream:
    """The body of a request, piece by piece; it remembers whether all of it has come.

    Parameters
    ----------
    receive
        From where it comes.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._more = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces.

        Raises
        ------
        ClientDisconnect
            When the client left before the end.
        """
        while self._more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._more = False
                raise ClientDisconnect
            self._more = message.get("more_body", False)
            if piece := message.get("body", b""):
                yield piece

    async def read_on(self) -> None:
        """Read what is still being sent, up to a bound, so that the client comes to reading our answer."""
        await read_on(self._receive, more=self._more)
