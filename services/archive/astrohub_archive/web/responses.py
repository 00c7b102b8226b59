"""What surrounds every response: headers that disarm users' bytes, a line in the log, no traceback."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..incidents import report_incident
from ..logs import log_event
from .route import route_of
from .traffic import Traffic

__all__ = ["SafeResponses"]

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"server", b"astrohub-archive"),
)


class SafeResponses:
    """The outermost ring of the application.

    Parameters
    ----------
    app
        The application within.
    traffic
        Counts the requests.
    """

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = _Sent(send, self._traffic)
        try:
            await self._app(scope, receive, sent)
        except Exception as e:  # noqa: BLE001 -- outermost ring: a response that has begun can only be broken off
            if not sent.is_complete:
                report_incident(e, "a response broke off", route=route_of(scope))
        finally:
            sent.log(scope)


class _Sent:
    """Passes messages on, adds the headers, and counts."""

    def __init__(self, send: Send, traffic: Traffic) -> None:
        self._send = send
        self._traffic = traffic
        self._began = time.monotonic()
        self._status = 0
        self._bytes = 0
        self.is_complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = list(message.get("headers", ()))
            said = {name for name, _ in headers}
            message["headers"] = headers + [header for header in _HEADERS if header[0] not in said]
        elif message["type"] == "http.response.body":
            self._bytes += len(message.get("body", b""))
            self.is_complete = not message.get("more_body", False)
        await self._send(message)

    def log(self, scope: Scope) -> None:
        state = scope.get("state", {})
        route, seconds = route_of(scope), time.monotonic() - self._began
        self._traffic.count(route, self._status, self._bytes, seconds, state.get("refusal"))
        log_event(
            "request",
            level=logging.WARNING if self._status >= 500 else logging.INFO,
            method=scope["method"],
            route=route,
            status=self._status,
            bytes=self._bytes,
            complete=self.is_complete,
            ms=round(seconds * 1000, 1),
            **{key: state[key] for key in ("user", "query", "job") if key in state},
        )
