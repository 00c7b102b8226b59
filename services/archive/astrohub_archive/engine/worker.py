"""A worker process: one locked engine that answers one query at a time over a socket.

Started by the pool as `python -m astrohub_archive.engine.worker FD`; it ends when the pool has gone.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import sys
import threading
from typing import Any

from .frames import Kind, pack, receive, send, unpack
from .lock import Lock
from .runner import Runner

__all__ = ["main"]


def main(descriptor: int) -> None:
    """Answer queries until the other end of the socket is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _offer_to_memory_killer()
    sock = socket.socket(fileno=descriptor)

    def deliver(kind: Kind, content: Any) -> None:
        if kind is Kind.DATA:
            send(sock, kind, content)
        else:
            sock.sendall(pack(kind, content))

    _, hello = receive(sock)
    runner = Runner(Lock.from_json(unpack(hello)), deliver)
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sock, runner, requests), daemon=True).start()
    deliver(Kind.READY, {})
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while runner.run(requests.get()):
            pass
    # Threads of the engine may still hold on to an expression that cannot be interrupted.
    os._exit(0)


def _listen(sock: socket.socket, runner: Runner, requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    while True:
        try:
            kind, content = receive(sock)
        except (EOFError, OSError):
            os._exit(0)
        if kind is Kind.CANCEL:
            runner.cancel(unpack(content))
        else:
            requests.put(unpack(content))


def _offer_to_memory_killer() -> None:
    """Let the kernel, when the machine runs out of memory, take a worker rather than the service."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("700")


if __name__ == "__main__":
    main(int(sys.argv[1]))
