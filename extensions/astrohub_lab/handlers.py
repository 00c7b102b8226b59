"""The route of the Query tab: a query comes in as JSON, the archive's answer goes out as it arrives."""

from __future__ import annotations

import asyncio
import json

import httpx
import tornado.web
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler

from .archive import PROBLEM, Archive, Refusal
from .errors import LabError
from .requests import question_of

__all__ = ["QueryHandler"]

_PASSED_ON = ("Astrohub-Status", "Astrohub-Rows")


class QueryHandler(APIHandler):
    """`POST astrohub/query` with `{"query", "maxrec", "id", "format"?}`; closing the connection stops it."""

    auth_resource = "astrohub"

    def initialize(self, archive: Archive) -> None:
        """Take the archive that all requests share."""
        self._archive = archive
        self._relay: asyncio.Task[None] | None = None

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        """Relay one query and its answer."""
        self._relay = asyncio.create_task(self._answer())
        await asyncio.wait([self._relay])
        if not self._relay.cancelled():
            self._relay.result()

    def on_connection_close(self) -> None:
        """Stop the query when whoever asked has gone."""
        if self._relay is not None:
            self._relay.cancel()
        super().on_connection_close()

    async def _answer(self) -> None:
        try:
            async with self._archive.ask(question_of(self.request.body)) as answer:
                await self._pass_on(answer)
        except Refusal as refusal:
            self._problem(refusal.status, refusal.body)
        except LabError as error:
            self.log.warning("query not answered: slug=%s status=%d", error.slug, error.status)
            self._problem(error.status, json.dumps(error.problem()).encode())

    async def _pass_on(self, answer: httpx.Response) -> None:
        kind = answer.headers.get("Content-Type", "application/octet-stream")
        self.set_header("Content-Type", kind)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        for name in _PASSED_ON:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        try:
            async for piece in answer.aiter_raw():
                self.write(piece)
                await self.flush()
        except httpx.TransportError:
            # What was sent has no final batch: that is how the page knows that it is not whole.
            self.log.warning("the archive broke off an answer")
        await self.finish(set_content_type=kind)

    def _problem(self, status: int, body: bytes) -> None:
        self.set_status(status)
        self.finish(body, set_content_type=PROBLEM)
