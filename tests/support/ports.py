"""Ports for servers that a test starts: nobody else is given one between the choice and the start."""

from __future__ import annotations

import random
from pathlib import Path

from astrohub_launcher.ports import is_free

__all__ = ["free_port"]

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 12_000, 17_999  # the platform takes its own from above
_TRIES = 1_000
_given: set[int] = set()
_dice = random.SystemRandom()


def free_port() -> int:
    """Return a port of this machine that is free, is given to no other caller and by the system to nobody.

    A port that the system has chosen (by binding to 0) may be chosen by it again as soon as it is closed: for
    another server, or for the near end of any connection. So these lie below those from which it chooses.
    """
    for _ in range(_TRIES):
        port = _dice.randint(_LOWEST, min(_HIGHEST, _first_of_the_system() - 1))
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise AssertionError(f"no port between {_LOWEST} and {_HIGHEST} is free")


def _first_of_the_system() -> int:
    first = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _HIGHEST + 1
    return first if first > _LOWEST + _TRIES else _HIGHEST + 1
