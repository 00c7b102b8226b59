"""Which TCP ports are free."""

from __future__ import annotations

import socket
from contextlib import ExitStack

__all__ = ["DEFAULT_PORT", "HOST", "free_ports", "is_allowed", "is_free"]

HOST = "127.0.0.1"
DEFAULT_PORT = 8000


def is_free(port: int) -> bool:
    """Say whether a server could listen on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_allowed(port: int) -> bool:
    """Say whether this account may listen on a port; low ones are the administrator's."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return False
        except OSError:
            return True
    return True


def free_ports(number: int) -> list[int]:
    """Return ports that are free at this moment, each another."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
