"""Which TCP ports are free."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from .errors import LauncherError

__all__ = ["DEFAULT_PORT", "HOST", "free_ports", "is_allowed", "is_free"]

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
_SYSTEMS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 18_000, 30_000
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


def free_ports(number: int, *, but: int) -> list[int]:
    """Return ports that are free at this moment and that the system gives to nobody, each another.

    A part that is started again must find its port free. One of those that the system gives away may by then
    be a kernel's, or the near end of any connection.

    Parameters
    ----------
    number
        How many.
    but
        One that is none of them: it is promised already.

    Raises
    ------
    LauncherError
        When there are not so many.
    """
    dice = random.SystemRandom()
    below = _first_of_the_system()
    found: list[int] = []
    for _ in range(_TRIES):
        if len(found) == number:
            return found
        port = dice.randrange(_LOWEST, below)
        if port not in (but, *found) and is_free(port):
            found.append(port)
    raise LauncherError(f"Too few ports from {_LOWEST} to {below - 1} are free: end what listens there.")


def _first_of_the_system() -> int:
    """Return the first of the ports that the system gives to whoever names none (Linux)."""
    try:
        first = int(_SYSTEMS.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return _HIGHEST
    return min(first, _HIGHEST) if first > _LOWEST + _TRIES else _HIGHEST
