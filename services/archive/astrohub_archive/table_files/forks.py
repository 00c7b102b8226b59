"""Having tasks done in children of a process that is kept warm: bounded in time, ended when nobody waits."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

from ..errors import EngineError
from ..logs import log_event

__all__ = ["Forks", "Lost"]

_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
_LONGEST_LINE = 64 * 1024**2
_SHOWN = 2000
_END_S = 5


class Lost(Exception):
    """A child has ended without a word."""


class Forks:
    """Starts the process that forks at the first task, and again when it has gone.

    Parameters
    ----------
    module
        What it runs: a module whose main calls `forking.serve`.
    home
        A folder for what libraries keep of their own; made if it is not there.
    """

    def __init__(self, module: str, home: Path) -> None:
        self._module = module
        self._home = home
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def run(self, program: str, task: dict[str, Any], *, seconds: int) -> dict[str, Any]:
        """Have a task done and return what the program says.

        Raises
        ------
        TimeoutError
            When it took longer; it has been ended.
        Lost
            When the child died, of too much memory or a fault of a library.
        EngineError
            When the process that forks has gone.
        """
        process = await self._started()
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        begin = {"number": number, "program": program, "task": {**task, "seconds": seconds}}
        try:
            await _tell(process, begin)
            async with asyncio.timeout(seconds):
                said = await asyncio.shield(answer)
        finally:
            if not answer.done():
                await _tell(process, {"end": number})
                await asyncio.wait({answer})
            del self._waiting[number]
            answer.exception()  # seen, also when nobody waits for it any more
        return _read(said, program)

    async def stop(self) -> None:
        """End it, and what it does."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()  # it ends its children, and itself
            try:
                async with asyncio.timeout(_END_S):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._listening is not None:
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _started(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None or self._has_gone():
                self._home.mkdir(parents=True, exist_ok=True)
                self._process = await _spawn(self._module, self._home)
                self._listening = asyncio.create_task(self._listen(self._process))
            return self._process

    def _has_gone(self) -> bool:
        return self._listening is None or self._listening.done()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            said = json.loads(line)
            answer = self._waiting.get(said["number"])
            if answer is not None and not answer.done():
                answer.set_result(said)
        await process.wait()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EngineError("Reading the table was interrupted; try again."))


async def _spawn(module: str, home: Path) -> asyncio.subprocess.Process:
    """Start a fresh interpreter that knows nothing of the server."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"HOME": str(home), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd="/",
        env=environment,
        start_new_session=True,
        limit=_LONGEST_LINE,
    )


async def _tell(process: asyncio.subprocess.Process, command: dict[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # it has gone: whoever listens to it says so
        process.stdin.write(json.dumps(command).encode() + b"\n")
        await process.stdin.drain()


def _read(answer: dict[str, Any], program: str) -> dict[str, Any]:
    *complaints, line = answer["said"].rstrip("\n").split("\n")
    if answer["code"] == 0:
        said: dict[str, Any] = json.loads(line)
        return said
    complaint = "\n".join([*complaints, line])[-_SHOWN:]
    log_event("a table could not be read", program=program, code=answer["code"], detail=complaint)
    raise Lost
