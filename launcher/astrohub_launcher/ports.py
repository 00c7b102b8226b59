"""Which TCP ports are free."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from pathlib import Path

__all__ = ["DEFAULT_PORT", "HOST", "free_ports", "is_allowed", "is_free"]

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
_SYSTEMS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 12_000, 30_000
_TRIES = 1_000


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
    """Return ports that are free at this moment, each another, and that the system gives to nobody.

    A part that is started again must find its port free. One of those that the system gives away may by then
    be a kernel's, or the near end of any connection.
    """
    dice = random.SystemRandom()
    below = _first_of_the_system()
    found: list[int] = []
    for _ in range(_TRIES):
        if len(found) == number:
            return found
        port = dice.randrange(_LOWEST, below)
        if port not in found and is_free(port):
            found.append(port)
    return found + _any_ports(number - len(found))


def _first_of_the_system() -> int:
    """Return the first of the ports that the system gives to whoever names none (Linux)."""
    try:
        first = int(_SYSTEMS.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return _HIGHEST
    return min(first, _HIGHEST) if first > _LOWEST + _TRIES else _HIGHEST


def _any_ports(number: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
