"""A short way to what is asked very often: past the framework, which takes longer than all else here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import answer_failure

__all__ = ["ClosingResponse", "ShortWay"]


class ShortWay:
    """Hands requests to the endpoints of some routes; all others, and other methods, go on to FastAPI.

    It describes these routes like all others, and would answer them likewise.

    Parameters
    ----------
    app
        FastAPI's application.
    routes
        Routes without placeholders whose endpoints take the request and nothing else.
    prefix
        Path under which the routes stand.
    """

    def __init__(self, app: FastAPI, routes: Iterable[object], prefix: str) -> None:
        self._app = app
        self._routes = {
            (method, f"{prefix}{route.path}"): route
            for route in routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["app"], scope["route"] = self._app, route
        request = Request(scope, receive, send)
        try:
            response: ASGIApp = await route.endpoint(request)
        except Exception as e:  # noqa: BLE001 -- FastAPI tells what is raised in the same way
            response = await answer_failure(request, e)
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
