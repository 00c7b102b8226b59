"""A worker process: one locked engine that answers one query at a time over a socket.

Started by the pool as `python -m astrohub_archive.engine.worker FD FD NICENESS`; it ends when the pool has
gone. Queries come by the first socket, to the thread that runs them; what stops them comes by the second:
so no query is handed from one thread to another.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import warnings
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from .frames import Kind, frame, pack, receive, send, unpack
from .lock import Lock
from .runner import Runner

__all__ = ["main"]

_HELD_BYTES = 64 * 1024
_MOST_TRIES, _PAUSE_S = 50, 0.1


def main(descriptor: int, control: int, niceness: int) -> None:
    """Answer queries until the other end of the sockets is closed."""
    _stand_back(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.meta_path.insert(0, _WithoutPandas())
    # A copy of a few rows costs less than another look at the statement.
    warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
    _offer_to_memory_killer()
    sock = socket.socket(fileno=descriptor)

    deliver = _Sending(sock)
    _, hello = receive(sock)
    runner = Runner(Lock.from_json(unpack(hello)), deliver)
    heeding = (socket.socket(fileno=control), runner)
    threading.Thread(target=_heed, args=heeding, daemon=True).start()
    deliver(Kind.READY, {})
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while runner.run(unpack(receive(sock)[1])):
            pass
    # Threads of the engine may still hold on to an expression that cannot be interrupted.
    os._exit(0)


def _stand_back(niceness: int) -> None:
    """Leave the processor to others that want it, by so much.

    A worker is a session of its own, and where Linux shares the processor by sessions (sched(7), "The
    autogroup feature") a process's niceness counts only among its session's; so the session is made as nice.
    """
    os.nice(niceness)
    if not niceness:
        return
    for _ in range(_MOST_TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")
            return
        except BlockingIOError:
            # Of all sessions of the machine, one in a tenth of a second.
            time.sleep(_PAUSE_S)
        except OSError:
            return


def _heed(control: socket.socket, runner: Runner) -> None:
    """Stop queries as they are told to be stopped, and end the process when nobody can tell any more."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            runner.cancel(unpack(receive(control)[1]))
    os._exit(0)


class _Sending:
    """Sends frames; what is small goes with the next one, so that a small answer wakes the server once."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._held = bytearray()

    def __call__(self, kind: Kind, content: Any) -> None:
        """Send a frame, now or with the next one; the last one of an answer is sent at once."""
        if kind is Kind.DATA and len(content) > _HELD_BYTES:
            self._flush()
            send(self._sock, kind, content)
            return
        is_written = isinstance(content, (bytes, memoryview))
        self._held += frame(kind, content) if is_written else pack(kind, content)
        if kind not in (Kind.START, Kind.ROWS, Kind.DATA) or len(self._held) > _HELD_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._sock.sendall(self._held)
            self._held = bytearray()


class _WithoutPandas(MetaPathFinder):
    """Keep pyarrow from loading pandas, where it is installed: a second of the first answer, for nothing."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("A worker does without pandas.")


def _offer_to_memory_killer() -> None:
    """Let the kernel, when the machine runs out of memory, take a worker rather than the service."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("700")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
