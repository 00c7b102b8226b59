"""One worker process as the server sees it: started, spoken to, ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EngineError
from .frame_reader import Content, FrameReader
from .frames import Kind, pack
from .lock import Lock

__all__ = ["WorkerProcess", "WorkerSettings"]

_START_S = 120
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# A worker makes and frees buffers of some megabytes all the time. The C library would give each back to the
# kernel, and to get its pages anew costs more than to fill them.
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2), "MALLOC_TRIM_THRESHOLD_": str(64 * 1024**2)}


@dataclass(frozen=True)
class WorkerSettings:
    """What all workers of a pool have in common.

    `ceiling_mb` is the resident memory beyond which a worker is killed, whatever its engine has counted;
    by `niceness` it stands back for others that want the processor.
    """

    memory_mb: int
    ceiling_mb: int
    threads: int
    spill_mb: int
    readable: tuple[Path, ...]
    temp_root: Path
    account: tuple[int, int] | None
    niceness: int = 0


class WorkerProcess:
    """A worker that is ready for queries. Made by `start`."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        connection: tuple[asyncio.WriteTransport, FrameReader],
        control: socket.socket,
        temp: Path,
    ) -> None:
        self._process = process
        self._writer, self._reader = connection
        self._control = control
        self._temp = temp
        self.outgrown = False
        """Whether it was killed because of its memory."""

    @classmethod
    async def start(cls, name: str, settings: WorkerSettings) -> WorkerProcess:
        """Start a worker and wait until it has locked its engine.

        Raises
        ------
        EngineError
            When it does not get ready.
        """
        temp = _make_temp(settings, name)
        ours, theirs = socket.socketpair()
        control, heeded = socket.socketpair()
        control.setblocking(False)
        try:
            process = await _spawn((theirs, heeded), settings, temp)
        finally:
            theirs.close()
            heeded.close()
        connection = await asyncio.get_running_loop().create_connection(FrameReader, sock=ours)
        worker = cls(process, connection, control, temp)
        try:
            async with asyncio.timeout(_START_S):
                worker.send(Kind.HELLO, _lock(settings, temp).as_json())
                kind, _ = await worker.read()
        except (EOFError, TimeoutError) as e:
            await worker.kill()
            raise EngineError(f"The worker {name} did not start; see the lines above in the log.") from e
        assert kind is Kind.READY
        return worker

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether the process runs; of one that was killed this instant, asyncio may not know yet."""
        if self._process.returncode is not None:
            return False
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def send(self, kind: Kind, content: Any) -> None:
        """Send a frame; what cannot be sent any more is found out by reading."""
        if not self._writer.is_closing():
            self._writer.write(pack(kind, content))

    def interrupt(self, content: Any) -> None:
        """Tell it to stop a query; whoever does so watches whether it does."""
        with contextlib.suppress(OSError):
            self._control.send(pack(Kind.CANCEL, content))

    async def read(self) -> tuple[Kind, Content]:
        """Wait for the next frame.

        Raises
        ------
        EOFError
            When the worker has died.
        """
        return await self._reader.read()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    def terminate(self) -> None:
        """Kill it at once; frames that it has sent can still be read."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)

    async def kill(self) -> None:
        """Kill it and clear away what it leaves."""
        self.terminate()
        await self._process.wait()
        self._writer.close()
        self._control.close()
        await asyncio.to_thread(shutil.rmtree, self._temp, ignore_errors=True)

    def read_bytes(self) -> int:
        """Return how much it has read in its life, or 0 where that cannot be known."""
        try:
            first = Path(f"/proc/{self.pid}/io").read_text(encoding="ascii").partition("\n")[0]
            return int(first.removeprefix("rchar: "))
        except (OSError, ValueError):
            return 0

    def resident_bytes(self) -> int:
        """Return how much memory it holds, or 0 where that cannot be known."""
        try:
            fields = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
            return int(fields[1]) * _PAGE_BYTES
        except (OSError, IndexError, ValueError):
            return 0


def _make_temp(settings: WorkerSettings, name: str) -> Path:
    temp = settings.temp_root / name
    shutil.rmtree(temp, ignore_errors=True)
    temp.mkdir(parents=True, mode=0o700)
    if settings.account:
        os.chown(temp, *settings.account)
    return temp


def _lock(settings: WorkerSettings, temp: Path) -> Lock:
    return Lock(
        memory_mb=settings.memory_mb,
        threads=settings.threads,
        temp_directory=str(temp),
        spill_mb=settings.spill_mb,
        readable=tuple(str(folder) for folder in settings.readable),
    )


async def _spawn(
    theirs: tuple[socket.socket, socket.socket], settings: WorkerSettings, home: Path
) -> asyncio.subprocess.Process:
    """Start a fresh interpreter that knows nothing of the server but two sockets."""
    account: dict[str, Any] = {}
    if settings.account:
        uid, gid = settings.account
        account = {"user": uid, "group": gid, "extra_groups": []}
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= _MEMORY
    # The account may have no passwd entry, and libraries ask for a home as they are imported.
    environment["HOME"] = str(home)
    descriptors = tuple(one.fileno() for one in theirs)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "astrohub_archive.engine.worker",
        *map(str, descriptors),
        str(settings.niceness),
        stdin=asyncio.subprocess.DEVNULL,
        pass_fds=descriptors,
        cwd="/",
        env=environment,
        start_new_session=True,
        **account,
    )
