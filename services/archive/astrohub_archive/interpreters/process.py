"""One interpreter as the server sees it: started, asked, ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys

from ..errors import EngineError
from .wire import LENGTH, frame

__all__ = ["Interpreter", "Lost"]

_START_S = 60
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")


class Lost(Exception):
    """An interpreter has ended before it has answered.

    Parameters
    ----------
    was_too_slow
        Whether it had computed for as long as it may.
    """

    def __init__(self, *, was_too_slow: bool) -> None:
        super().__init__(was_too_slow)
        self.was_too_slow = was_too_slow


class Interpreter:
    """A process that understands one text at a time. Made by `start`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, task: bytes) -> Interpreter:
        """Start one and wait until it is ready.

        Parameters
        ----------
        task
            What it is told first.

        Raises
        ------
        EngineError
            When it does not get ready.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "astrohub_archive.interpreters.program"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd="/",
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,
        )
        made = cls(process)
        try:
            async with asyncio.timeout(_START_S):
                await made.ask(task)
        except BaseException as e:
            await made.kill()
            if isinstance(e, (Lost, TimeoutError)):
                raise EngineError("An interpreter did not start; see the lines above in the log.") from e
            raise
        return made

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether it runs, as far as is known."""
        return self._process.returncode is None

    async def ask(self, content: bytes) -> bytes:
        """Send something and wait for the answer.

        Raises
        ------
        Lost
            When it ends instead.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(frame(content))
            await self._process.stdin.drain()
            (length,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
            return await self._process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as e:
            raise Lost(was_too_slow=await self._process.wait() == -signal.SIGPROF) from e

    async def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
