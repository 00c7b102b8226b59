"""The routes that answer in JSON: notebooks, a result saved as a file, memory, what a kernel ran last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tornado.web
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler

from .archive import PROBLEM, Archive, Refusal
from .errors import LabError
from .kernel_record import ran_last
from .memory import read_memory
from .notebooks import Collection
from .requests import saving_of, text_of

__all__ = ["CopyHandler", "MemoryHandler", "NotebooksHandler", "RanHandler", "SaveHandler"]


class _JsonHandler(APIHandler):
    auth_resource = "astrohub"

    async def _reply(self, work: Awaitable[dict[str, Any]], status: int = 200) -> None:
        try:
            said = await work
        except Refusal as refusal:
            self.set_status(refusal.status)
            self.finish(refusal.body, set_content_type=PROBLEM)
        except LabError as error:
            self.log.warning("not done: slug=%s status=%d", error.slug, error.status)
            self.set_status(error.status)
            self.finish(json.dumps(error.problem()), set_content_type=PROBLEM)
        else:
            self.set_status(status)
            self.finish(json.dumps(said))


class NotebooksHandler(_JsonHandler):
    """`GET astrohub/notebooks`: the collection."""

    def initialize(self, collection: Collection) -> None:
        """Take the collection."""
        self._collection = collection

    @tornado.web.authenticated
    @authorized
    async def get(self) -> None:
        """List the notebooks."""
        await self._reply(asyncio.to_thread(self._collection.listing))


class MemoryHandler(_JsonHandler):
    """`GET astrohub/memory`: the server's memory limit, and how often a process was ended for it."""

    @tornado.web.authenticated
    @authorized
    async def get(self) -> None:
        """Read the control group."""
        self.finish(json.dumps(read_memory().document()))


class RanHandler(_JsonHandler):
    """`GET astrohub/kernels/ID/ran`: the cell that a kernel ran when its process ended.

    `{"ran": {"cell": …}}`, null where none ran; `{"ran": null}` of a kernel that keeps no record.
    """

    @tornado.web.authenticated
    @authorized
    async def get(self, kernel: str) -> None:
        """Read the kernel's record."""
        known = self.kernel_manager.get_kernel(kernel) if kernel in self.kernel_manager else None
        ran = ran_last(Path(known.connection_file)) if known and known.connection_file else None
        self.finish(json.dumps({"ran": ran and asdict(ran)}))


class CopyHandler(_JsonHandler):
    """`POST astrohub/notebooks/copy` with `{"path"}`: a copy in the home, whose path is answered."""

    def initialize(self, collection: Collection, home: Path) -> None:
        """Take the collection and the folder that is the home."""
        self._collection, self._home = collection, home

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        """Copy one notebook."""
        await self._reply(self._copy(), status=201)

    async def _copy(self) -> dict[str, Any]:
        path = text_of(self.request.body, "path")
        return {"path": await asyncio.to_thread(self._collection.copy, path, self._home)}


class SaveHandler(_JsonHandler):
    """`POST astrohub/save` with `{"query", "id", "format", "path", "replace"?, "job"?}`: a file is made."""

    def initialize(self, archive: Archive) -> None:
        """Take the archive that all requests share."""
        self._archive = archive
        self._work: asyncio.Task[None] | None = None

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        """Save one answer; leaving stops it, and nothing is kept then."""
        self._work = asyncio.create_task(self._reply(self._save(), status=201))
        await asyncio.wait([self._work])
        if not self._work.cancelled():
            self._work.result()

    def on_connection_close(self) -> None:
        """Stop when whoever asked has gone."""
        if self._work is not None:
            self._work.cancel()
        super().on_connection_close()

    async def _save(self) -> dict[str, Any]:
        saving = saving_of(self.request.body)
        size = await self._archive.save(saving.question, saving.path, replace=saving.replace)
        return {"path": saving.path, "bytes": size}
