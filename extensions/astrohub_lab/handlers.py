"""The route of the Query tab: a query comes in as JSON, the archive's answer goes out as it arrives."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import tornado.web
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler

from .archive import ARROW, PROBLEM, Archive, Question, Refusal
from .errors import BadRequest, LabError

__all__ = ["QueryHandler"]

_PASSED_ON = ("Astrohub-Status", "Astrohub-Rows")


class QueryHandler(APIHandler):
    """`POST astrohub/query` with `{"query", "maxrec", "id"}`; closing the connection stops the query."""

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
            async with self._archive.ask(_question(self.request.body)) as answer:
                await self._pass_on(answer)
        except Refusal as refusal:
            self._problem(refusal.status, refusal.body)
        except LabError as error:
            self.log.warning("query not answered: slug=%s status=%d", error.slug, error.status)
            self._problem(error.status, json.dumps(error.problem()).encode())

    async def _pass_on(self, answer: httpx.Response) -> None:
        self.set_header("Content-Type", ARROW)
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
        await self.finish(set_content_type=ARROW)

    def _problem(self, status: int, body: bytes) -> None:
        self.set_status(status)
        self.finish(body, set_content_type=PROBLEM)


def _question(body: bytes) -> Question:
    try:
        said: Any = json.loads(body)
        query, maxrec, name = said["query"], said["maxrec"], said["id"]
    except (ValueError, TypeError, KeyError) as error:
        raise BadRequest("A query is sent as JSON with the keys query, maxrec and id.") from error
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("The query is empty: write an ADQL query first.")
    if not isinstance(maxrec, int) or isinstance(maxrec, bool) or maxrec < 1:
        raise BadRequest("The row limit is a whole number above zero.")
    if not isinstance(name, str) or not name.isascii() or not 0 < len(name) <= 64:
        raise BadRequest("The id of a query is a string of at most 64 ASCII characters.")
    return Question(query=query, maxrec=maxrec, id=name)
