"""The route that passes the page's requests on to the archive: bytes stream both ways, no token leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import unquote

import httpx
import tornado.web
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler

from .archive import PROBLEM, Archive, Errand, Refusal
from .errors import BadRequest, LabError

__all__ = ["PREFIXES", "PassageHandler"]

#: What of the archive the page may reach; everything else it has no business with.
PREFIXES = ("catalog", "mydb", "files", "explain", "jobs")

#: Headers that mean something to the other side. No credentials, no cookies, nothing hop-by-hop.
_ASKED = ("Accept", "Accept-Encoding", "Content-Length", "Content-Type", "If-Match", "If-None-Match", "Range")
_ANSWERED = (
    *("Accept-Ranges", "Astrohub-Job-Status", "Astrohub-Rows", "Astrohub-Status", "Content-Encoding"),
    *("Content-Length", "Content-Range", "ETag", "Last-Modified", "Retry-After", "Vary"),
)

_LARGEST_BODY = 1 << 50
_PIECES_WAITING = 8
_WITH_BODY = ("POST", "PUT")


@tornado.web.stream_request_body
class PassageHandler(APIHandler):
    """`astrohub/archive/<prefix>/…`, any method; closing the connection ends it at the archive too."""

    auth_resource = "astrohub"

    def initialize(self, archive: Archive) -> None:
        """Take the archive that all requests share."""
        self._archive = archive
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_PIECES_WAITING)
        self._arrived = asyncio.Event()
        self._answered = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        """Ask the archive as soon as it is known who asks: the body follows piece by piece."""
        await super().prepare()
        await self._begin()

    @authorized
    async def _begin(self) -> None:
        self.request.connection.set_max_body_size(_LARGEST_BODY)  # type: ignore[union-attr]
        self._task = asyncio.create_task(self._answer())

    async def data_received(self, chunk: bytes) -> None:
        """Hand a piece of the body on; once the archive has answered, what still comes is dropped."""
        await self._hand_on(chunk)

    async def _pass(self) -> None:
        await self._hand_on(None)
        self._arrived.set()
        if self._task is not None:
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.result()

    @tornado.web.authenticated
    @authorized
    async def get(self, _: str) -> None:
        """Read."""
        await self._pass()

    @tornado.web.authenticated
    @authorized
    async def head(self, _: str) -> None:
        """Look."""
        await self._pass()

    @tornado.web.authenticated
    @authorized
    async def post(self, _: str) -> None:
        """Act."""
        await self._pass()

    @tornado.web.authenticated
    @authorized
    async def put(self, _: str) -> None:
        """Write."""
        await self._pass()

    @tornado.web.authenticated
    @authorized
    async def delete(self, _: str) -> None:
        """Delete."""
        await self._pass()

    def on_connection_close(self) -> None:
        """End the request when whoever asked has gone."""
        if self._task is not None:
            self._task.cancel()
        self._arrived.set()
        super().on_connection_close()

    async def _hand_on(self, piece: bytes | None) -> None:
        task = self._task
        if task is None or task.done() or self.request.method not in _WITH_BODY:
            return
        handing = asyncio.ensure_future(self._pieces.put(piece))
        answered = asyncio.ensure_future(self._answered.wait())
        await asyncio.wait([handing, answered, task], return_when=asyncio.FIRST_COMPLETED)
        handing.cancel()
        answered.cancel()

    async def _body(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            yield piece

    async def _answer(self) -> None:
        try:
            async with self._archive.run(self._errand()) as answer:
                self._answered.set()
                await self._arrived.wait()
                await self._pass_on(answer)
        except Refusal as refusal:
            await self._problem(refusal.status, refusal.body)
        except LabError as error:
            self.log.warning("request not passed on: slug=%s status=%d", error.slug, error.status)
            await self._problem(error.status, json.dumps(error.problem()).encode())

    def _errand(self) -> Errand:
        method, uri = self.request.method or "GET", self.request.uri or ""
        path, _, query = uri.partition("?")
        path = path.partition("/astrohub/archive/")[2]
        steps = unquote(path).replace("\\", "/").split("/")
        if steps[0] not in PREFIXES or any(step in (".", "..") for step in steps) or "\0" in path:
            raise BadRequest("There is no such place in the archive.")
        headers = {name: self.request.headers[name] for name in _ASKED if name in self.request.headers}
        body = self._body() if method in _WITH_BODY else None
        return Errand(method, f"{path}?{query}" if query else path, headers, body)

    async def _pass_on(self, answer: httpx.Response) -> None:
        self.set_status(answer.status_code)
        kind = answer.headers.get("Content-Type", "application/octet-stream")
        self._head(answer, kind)
        if answer.status_code in (204, 304):
            await tornado.web.RequestHandler.finish(self)
            return
        try:
            await self.flush()
            async for piece in answer.aiter_raw():
                self.write(piece)
                await self.flush()
        except httpx.TransportError:
            # A body that only stopped would look whole: the connection is broken as the archive broke it.
            self.log.warning("the archive broke off an answer")
            self.request.connection.stream.close()  # type: ignore[union-attr]
            return
        await self.finish(set_content_type=kind)

    def _head(self, answer: httpx.Response, kind: str) -> None:
        for name in _ANSWERED:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "no-cache" if "ETag" in answer.headers else "no-store")
        if unquote(self.request.path).partition("/astrohub/archive/")[2].startswith("files"):
            said = answer.headers.get("Content-Disposition", "")
            self.set_header("Content-Disposition", said if said.startswith("attachment") else "attachment")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")

    async def _problem(self, status: int, body: bytes) -> None:
        self._answered.set()
        await self._arrived.wait()
        self.set_status(status)
        self.finish(body, set_content_type=PROBLEM)
