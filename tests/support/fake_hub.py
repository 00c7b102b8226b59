"""A hub that only answers whose a token is: to force tokens, scopes and failures."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

__all__ = ["ALL_SCOPES", "FakeHub"]

ALL_SCOPES = ("access:services!service=archive", "custom:archive:read", "custom:archive:write")


class FakeHub:
    """Serves `/hub/api/user` in a thread.

    Attributes
    ----------
    asked
        How often each token was asked for.
    failing
        While true, every question is answered with an error of the hub.
    """

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.failing = False
        self._models: dict[str, dict[str, Any]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None
        self.api_url = ""

    def give(self, token: str, user: str, scopes: Iterable[str] = ALL_SCOPES, *, kind: str = "user") -> str:
        """Make a token known and return it."""
        self._models[token] = {"name": user, "kind": kind, "scopes": sorted(scopes)}
        return token

    def revoke(self, token: str) -> None:
        """Forget a token."""
        del self._models[token]

    def __enter__(self) -> Self:
        """Begin to serve on a free port."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        assert self._runner is not None
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/hub/api/user", self._user)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_url = f"http://{host}:{port}/hub/api"

    async def _user(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("token ")
        self.asked[token] = self.asked.get(token, 0) + 1
        if self.failing:
            return web.json_response({"message": "the database is away"}, status=500)
        model = self._models.get(token)
        if model is None:
            return web.json_response({"status": 403, "message": "Forbidden"}, status=403)
        return web.json_response(model)
