"""One started part: its process, account and log."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path

from ..account import Account
from ..parts.part import Command
from ..processes import Identity, identify

__all__ = ["PartProcess", "last_lines", "start_process"]

_TAIL_BYTES = 16_384


class PartProcess:
    """A process in a session of its own, so that Ctrl-C at the terminal reaches the supervisor only."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.identity: Identity = identify(process.pid)

    async def wait(self) -> int:
        """Wait until it ends; return its exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self, grace_s: float) -> None:
        """Ask it to end, and end it with what belongs to it when it does not."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace_s)
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """End it and its process group at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


async def start_process(command: Command, log: Path, account: Account | None) -> PartProcess:
    """Start a part under an account; what it says is appended to its log."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        process = await asyncio.create_subprocess_exec(
            *command.words,
            cwd=command.cwd,
            env=dict(command.variables),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    finally:
        os.close(output)
    return PartProcess(process)


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            return file.read().decode("utf-8", errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
