"""Our own two: the engine's pool without HTTP, and a running archive with it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.engine import Pool
from astrohub_archive.formats import find_format
from astrohub_archive.settings import Engine, Limits

__all__ = ["EnginePool", "HttpArchive", "engine_pool", "http_archive"]

_ALL = 10**9
_START_S = 120


class EnginePool:
    """Understands a query, plans it and runs it in a worker, as the archive does. Made by `engine_pool`."""

    def __init__(self, catalog: Catalog, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self._catalog = catalog
        self._pool = pool
        self._loop = loop
        self._limits = Limits()

    def ask(self, query: str, fmt: str) -> bytes:
        """Return the answer to a query."""
        return self._loop.run_until_complete(self._ask(query, fmt))

    async def _ask(self, query: str, fmt: str) -> bytes:
        statement = understand(query, self._catalog, self._limits)
        answer = await self._pool.run(statement, fmt=find_format(fmt), maxrec=_ALL, timeout_s=3600)
        return b"".join([chunk async for chunk in answer.chunks()])


@contextmanager
def engine_pool(catalog: Catalog, public: Path, work: Path, *, threads: int) -> Iterator[EnginePool]:
    """Run a pool until the block ends."""
    loop = asyncio.new_event_loop()
    pool = Pool(Engine(threads=threads, quick_workers=1, long_workers=1), public, work)
    loop.run_until_complete(pool.start())
    try:
        yield EnginePool(catalog, pool, loop)
    finally:
        loop.run_until_complete(pool.stop())
        loop.close()


class HttpArchive:
    """A running archive, asked over HTTP. Made by `http_archive`."""

    def __init__(self, address: str) -> None:
        self.tap = f"{address}/services/archive/tap"
        self._session = requests.Session()

    def ask(self, query: str, fmt: str) -> bytes:
        """Return the answer to a query."""
        form = {"LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": fmt, "MAXREC": str(_ALL)}
        response = self._session.post(f"{self.tap}/sync", data=form, timeout=3600)
        if not response.ok:
            raise RuntimeError(response.text[:2000])
        return response.content


@contextmanager
def http_archive(public: Path, work: Path, *, threads: int) -> Iterator[HttpArchive]:
    """Run an archive until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    settings = {
        "bind": {"host": "127.0.0.1", "port": port},
        "publicUrl": address,
        "publicData": str(public),
        "workDir": str(work / "http"),
        "stopGraceS": 0,
        "engine": {"quickWorkers": 1, "longWorkers": 1, "threads": threads},
        "limits": {"syncS": 3600},
    }
    config = work / "archive.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "astrohub_archive.main", "serve", "--config", str(config)]
    with (
        (work / "archive.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_until_up(f"{address}/services/archive/tap/availability", process, work / "archive.log")
            yield HttpArchive(address)
        finally:
            process.terminate()


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            requests.get(address, timeout=5)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise RuntimeError(f"The archive does not answer:\n{log.read_text(errors='replace')}")
