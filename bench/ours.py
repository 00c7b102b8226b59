"""Our own two: the engine's pool without HTTP, and a running archive with it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from astrohub_archive.adql import Language, understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.engine import Answer, Declined, Pool
from astrohub_archive.formats import find_format
from astrohub_archive.interpreters.forms import Forms
from astrohub_archive.models import Statement
from astrohub_archive.settings import Engine, Limits
from memory import ServiceMemory
from one_user import Hub

__all__ = ["EnginePool", "HttpArchive", "Piece", "engine_pool", "http_archive"]

_ALL = 10**9
_FORM = "application/x-www-form-urlencoded"
_START_S = 120
_PIECE_BYTES = 1024 * 1024

Piece = bytes | bytearray | memoryview


class EnginePool:
    """Understands a query, plans it and runs it in a worker, as the archive does. Made by `engine_pool`."""

    def __init__(self, catalog: Catalog, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self._catalog = catalog
        self._pool = pool
        self._loop = loop
        self._limits = Limits()
        self._forms = Forms()

    def ask(self, query: str, fmt: str) -> bytes:
        """Return the answer to a query."""
        return self._loop.run_until_complete(self._ask(query, fmt))

    def pieces(self, query: str, fmt: str) -> Iterator[Piece]:
        """Yield the answer to a query as it comes."""
        chunks = self._loop.run_until_complete(self._begun(query, fmt)).chunks()
        while (chunk := self._loop.run_until_complete(anext(chunks, None))) is not None:
            yield chunk

    @contextmanager
    def of_many(self) -> Iterator[Callable[[str, str], bytes]]:
        """Yield what answers queries of several threads at once, until the block ends."""
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        try:
            yield lambda query, fmt: asyncio.run_coroutine_threadsafe(
                self._ask(query, fmt), self._loop
            ).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()

    async def _ask(self, query: str, fmt: str) -> bytes:
        answer = await self._begun(query, fmt)
        return b"".join([chunk async for chunk in answer.chunks()])

    async def _begun(self, query: str, fmt: str) -> Answer:
        known = self._forms.find(query, Language.ADQL)
        try:
            return await self._run(known or self._understood(query), fmt)
        except Declined:
            return await self._run(self._understood(query), fmt)

    def _understood(self, query: str) -> Statement:
        statement = understand(query, self._catalog, self._limits)
        self._forms.learn(query, Language.ADQL, statement)
        return statement

    async def _run(self, statement: Statement, fmt: str) -> Answer:
        return await self._pool.run(statement, fmt=find_format(fmt), maxrec=_ALL, timeout_s=3600)


@contextmanager
def engine_pool(catalog: Catalog, public: Path, work: Path, *, threads: int) -> Iterator[EnginePool]:
    """Run a pool until the block ends."""
    loop = asyncio.new_event_loop()
    pool = Pool(Engine(threads=threads, long_workers=1), public, work)
    loop.run_until_complete(pool.start())
    try:
        yield EnginePool(catalog, pool, loop)
    finally:
        loop.run_until_complete(pool.stop())
        loop.close()


class HttpArchive:
    """A running archive, asked over HTTP; each thread has a connection of its own. Made by `http_archive`.

    Attributes
    ----------
    url
        Address of the site.
    memory
        What its processes hold.
    work_dir
        Its own folder.
    """

    def __init__(self, address: str, memory: ServiceMemory, work_dir: Path) -> None:
        self.url = address
        self.work_dir = work_dir
        self.tap = f"{address}/services/archive/tap"
        self.memory = memory
        self._host = address.partition("://")[2]
        self._path = f"{urlsplit(self.tap).path}/sync"
        self._of_thread = threading.local()

    def ask(self, query: str, fmt: str) -> bytes:
        """Return the answer to a query."""
        status, _, content = self.exchange(query, fmt)
        if status != HTTPStatus.OK:
            raise RuntimeError(content[:2000].decode("utf-8", "replace"))
        return content

    def pieces(self, query: str, fmt: str) -> Iterator[Piece]:
        """Yield the answer to a query as it comes; each piece is gone when the next one is asked for."""
        response = self._answer(query, fmt)
        if response.status != HTTPStatus.OK:
            raise RuntimeError(response.read(2000).decode("utf-8", "replace"))
        buffer = memoryview(bytearray(_PIECE_BYTES))
        while length := response.readinto(buffer):
            yield buffer[:length]

    def exchange(self, query: str, fmt: str) -> tuple[int, Message, bytes]:
        """Return status, headers and content of the answer to a query."""
        response = self._answer(query, fmt)
        return response.status, response.headers, response.read()

    def _answer(self, query: str, fmt: str) -> HTTPResponse:
        form = urlencode({"LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": fmt, "MAXREC": str(_ALL)})
        try:
            return self._response(form)
        except ConnectionError:
            # Between two repetitions the archive has closed a connection that was idle for long.
            self._connection().close()
            return self._response(form)

    def _response(self, form: str) -> HTTPResponse:
        connection = self._connection()
        connection.request("POST", self._path, form, {"Content-Type": _FORM})
        return connection.getresponse()

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = HTTPConnection(self._host, timeout=3600)
        connection: HTTPConnection = self._of_thread.connection
        return connection


@contextmanager
def http_archive(
    public: Path, work: Path, *, threads: int, known: Hub | None = None
) -> Iterator[HttpArchive]:
    """Run an archive, which asks a hub if one is given, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    work.mkdir(exist_ok=True)
    settings: dict[str, Any] = {
        "bind": {"host": "127.0.0.1", "port": port},
        "publicUrl": address,
        "publicData": str(public),
        "workDir": str(work / "http"),
        "stopGraceS": 0,
        "engine": {"threads": threads},
        "limits": {"syncS": 3600},
    }
    if known is not None:
        settings["hub"] = {"apiUrl": known.api_url, "apiToken": "the-archive-itself"}
    config = work / "archive.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "astrohub_archive.main", "serve", "--config", str(config)]
    with (
        (work / "archive.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_until_up(f"{address}/services/archive/tap/availability", process, work / "archive.log")
            yield HttpArchive(address, ServiceMemory(process.pid), work / "http")
        finally:
            process.terminate()


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            requests.get(address, timeout=5)
            return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
    raise RuntimeError(f"The archive does not answer:\n{log.read_text(errors='replace')}")
