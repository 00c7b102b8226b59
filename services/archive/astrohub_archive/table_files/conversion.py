"""Having an uploaded file read: one process a file, bounded in number, memory and time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import EngineError, UsageError
from ..logs import log_event
from ..models import Column
from ..settings import MyDb
from .content import Content
from .writing import NoRoomError

__all__ = ["FORMATS", "Converter"]

FORMATS = ("csv", "votable", "fits", "parquet", "ecsv")
"""What can be uploaded."""


class Converter:
    """Turns uploaded files into the files of tables.

    Parameters
    ----------
    limits
        How many at once, and what each may use.
    """

    def __init__(self, limits: MyDb) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.conversions)

    async def convert(self, source: Path, form: str, target: Path, *, room_bytes: int) -> Content:
        """Read `source` and write `target`; return what it holds.

        Raises
        ------
        UsageError
            When the file is not what it should be.
        NoRoomError
            When the table would take more than `room_bytes`.
        """
        task = {
            "source": str(source),
            "format": form,
            "target": str(target),
            "room_bytes": room_bytes,
            "memory_mb": self._limits.conversion_memory_mb,
        }
        async with self._turns:
            said = await self._run(task)
        if said.get("no_room"):
            raise NoRoomError
        if "refused" in said:
            raise UsageError(said["refused"])
        content = said["content"]
        columns = tuple(Column(**column) for column in content.pop("columns"))
        return Content(columns=columns, **content)

    async def _run(self, task: dict[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="upload-", dir=Path(task["target"]).parent) as home:
            process = await _spawn(Path(home))
            try:
                async with asyncio.timeout(self._limits.create_s):
                    out, complaint = await process.communicate(json.dumps(task).encode())
            except TimeoutError as e:
                raise UsageError(
                    f"Reading the file took longer than the {self._limits.create_s:,} s it may take; "
                    "upload a smaller one, or Parquet, which is read fastest."
                ) from e
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        try:
            said: dict[str, Any] = json.loads(out.splitlines()[-1] if out else b"")
        except ValueError as e:
            log_event(
                "an upload was not read",
                code=process.returncode,
                detail=complaint[-2000:].decode("utf-8", "replace"),
            )
            raise EngineError(
                f"Reading the file as {task['format']} failed; it may be damaged, or need too much memory."
            ) from e
        return said


async def _spawn(home: Path) -> asyncio.subprocess.Process:
    """Start a fresh interpreter that knows nothing of the server."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"HOME": str(home), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "astrohub_archive.table_files.program",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
        env=environment,
        start_new_session=True,
    )
