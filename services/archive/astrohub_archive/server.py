"""The server: one socket, one event loop, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from types import FrameType
from typing import NoReturn

import uvicorn
import uvloop

from . import settings
from .application import make_application
from .factory import Archive, build
from .incidents import report_incident
from .logs import log_event, start_logging
from .metrics import offer_metrics
from .settings import Settings, SettingsError
from .web.traffic import Traffic

__all__ = ["serve"]


def serve(options: Settings) -> NoReturn:
    """Answer requests until told to stop; then end the process.

    Raises
    ------
    SettingsError, CatalogError
        When the service cannot start; the sentence says why.
    """
    listening = _listen(options.bind)
    archive = build(options)
    start_logging()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_run(archive, listening))
    # All is closed. Taking apart an interpreter that holds so many modules would take a second more.
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


async def _run(archive: Archive, listening: socket.socket) -> int:
    options = archive.settings
    traffic = Traffic(options.prefix)
    offer_metrics(archive, traffic)
    await archive.start()
    server = _Server(archive, traffic)
    # What takes long to begin: the first requests need not wait for it.
    loading = asyncio.ensure_future(archive.identity.start())
    where = f"http://{options.bind.host}:{options.bind.port}{options.prefix}"
    sys.stderr.write(f"The archive answers on {where}.\n")
    log_event("started", address=where, schemas=[schema.name for schema in archive.catalog.schemas])
    for sig in (signal.SIGINT, signal.SIGTERM):
        # Uvicorn raises the signal once more when it has ended; without this we would die before cleaning up.
        asyncio.get_running_loop().add_signal_handler(sig, _already_known)
    try:
        await server.serve(sockets=[listening])
    finally:
        await server.quiesced()
        await asyncio.gather(loading, return_exceptions=True)
        await archive.stop()
        log_event("stopped")
    return 0


def _already_known() -> None:
    """Do nothing: the signal has been acted upon."""


def _listen(bind: settings.Bind) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    # By this protocol asyncio knows that small answers must not wait for an acknowledgement (40 ms, each).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((bind.host, bind.port))
        listening.listen(1024)
    except OSError as e:
        listening.close()
        raise SettingsError(
            f"The archive cannot listen on {bind.host}:{bind.port}: {e.strerror}; set another bind.port."
        ) from e
    return listening


def _longest_end_s(options: Settings) -> int:
    """Return after how many seconds answers that are still under way are cut off."""
    return round(options.stop_grace_s + options.engine.interrupt_grace_s) + 5


class _Server(uvicorn.Server):
    """Uvicorn's server; told to stop, it gives the archive time to tell those who wait."""

    def __init__(self, archive: Archive, traffic: Traffic) -> None:
        super().__init__(
            uvicorn.Config(
                make_application(archive, traffic),
                # The parser in C sends chunks to clients of HTTP/1.0 and bounds no header.
                http="h11",
                access_log=False,
                log_config=None,
                lifespan="off",
                server_header=False,
                forwarded_allow_ips=list(archive.settings.bind.trusted_proxies),
                timeout_graceful_shutdown=_longest_end_s(archive.settings),
            )
        )
        self._archive = archive
        self._loop = asyncio.get_running_loop()
        self._quiescing: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        super().handle_exit(sig, frame)
        self._loop.call_soon_threadsafe(self._quiesce)

    async def quiesced(self) -> None:
        """Return when nothing is under way any more; what was still waited for is not."""
        if self._quiescing is not None:
            self._quiescing.cancel()
            await asyncio.wait([self._quiescing])

    def _quiesce(self) -> None:
        if self._quiescing is None:
            self._quiescing = asyncio.create_task(self._archive.quiesce())
            self._quiescing.add_done_callback(_report)


def _report(task: asyncio.Task[None]) -> None:
    failure = None if task.cancelled() else task.exception()
    if failure is not None:
        report_incident(failure, "stopping stumbled")
