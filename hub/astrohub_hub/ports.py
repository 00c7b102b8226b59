"""Which port a user server on this machine is given."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from jupyterhub.utils import random_port

__all__ = ["free_port"]

_SYSTEMS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 18_000, 30_000
_TRIES = 100


def free_port(systems: Path = _SYSTEMS) -> int:
    """Return a free port, if possible one that the system gives to nobody.

    A server listens seconds after its port was chosen. One of those that the system gives away may by then
    be a kernel's, or the near end of any connection: the server would stop, or be taken for what is there.

    Parameters
    ----------
    systems
        Where the first and the last port stand that the system gives away (Linux).
    """
    dice = random.SystemRandom()
    try:
        highest = min(_HIGHEST, int(systems.read_text(encoding="ascii").split()[0]))
    except (OSError, ValueError, IndexError):
        highest = _LOWEST
    for _ in range(_TRIES if highest - _LOWEST > _TRIES else 0):
        port = dice.randrange(_LOWEST, highest)
        if _is_free(port):
            return port
    return int(random_port())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
