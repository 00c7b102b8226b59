"""HEAD wherever GET is answered, and which methods an address knows (RFC 9110, §9.3.2 and §10.2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["AnsweredHeads", "known_methods"]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def known_methods(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Return the methods that the address of a request knows."""
    known = [method for method in _METHODS if _is_answered(routes, scope, method)]
    return ["GET", "HEAD", *known[1:]] if "GET" in known and "HEAD" not in known else known


def _is_answered(routes: Sequence[BaseRoute], scope: Scope, method: str) -> bool:
    asked = {**scope, "method": method}
    return any(route.matches(asked)[0] is Match.FULL for route in routes)


class AnsweredHeads:
    """Lets HEAD be answered by the handler of GET, and ends it when the headers are there.

    Parameters
    ----------
    app
        The application within.
    routes
        Its routes; one that answers HEAD itself is left alone.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if (
            scope["type"] != "http"
            or scope["method"] != "HEAD"
            or _is_answered(self._routes, scope, "HEAD")
            or not _is_answered(self._routes, scope, "GET")
        ):
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, _HeadersOnly(send))
        except _AllSaid:
            pass
        finally:
            scope["route"] = asked.get("route")


class _AllSaid(BaseException):
    """The headers are sent; what makes the body need not go on. Nothing that tells failures may see it."""


class _HeadersOnly:
    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        if message.get("more_body", False):
            raise _AllSaid
