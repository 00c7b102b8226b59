"""Routes of what is asked very often: their endpoints read their requests themselves."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["ClosingResponse", "DirectRoute"]


class DirectRoute(APIRoute):
    """Hands a request to its endpoint; FastAPI, which takes longer than both, only describes it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self.methods and scope["method"] not in self.methods:
            await super().handle(scope, receive, send)
            return
        response: Response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class ClosingResponse(Response):
    """Sends a response, and then closes what was open for it.

    Parameters
    ----------
    response
        What to send.
    open_for_it
        What to close, however sending it ends.
    """

    def __init__(self, response: Response, open_for_it: AsyncExitStack) -> None:
        super().__init__()
        self._response = response
        self._open = open_for_it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        async with self._open:
            await self._response(scope, receive, send)
