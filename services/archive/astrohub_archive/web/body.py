"""The size of a request's body: bounded before anything reads it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import RequestTooLarge

__all__ = ["BoundedBody"]

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
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; reading beyond the limit raises `RequestTooLarge` inside the application."""
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._limit:
                    await _read_on(receive, message)
                    raise RequestTooLarge(
                        f"The request is longer than the {self._limit:,} bytes allowed; send a shorter one."
                    )
            return message

        await self._app(scope, bounded, send)


async def _read_on(receive: Receive, message: Message) -> None:
    left = _READ_ANYHOW
    while left > 0 and message["type"] == "http.request" and message.get("more_body", False):
        left -= len(message.get("body", b""))
        message = await receive()
