"""Keeps logs below a size."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

__all__ = ["KEPT", "LARGEST", "older", "rotate"]

LARGEST = 10 * 1024**2
KEPT = 3


def rotate(log: Path, *, largest: int = LARGEST) -> bool:
    """Move a log that has grown too large aside; say whether it was.

    The program goes on writing to the same file (it appends), so its content is copied and then cut.
    """
    try:
        if log.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    for number in range(KEPT, 1, -1):
        if older(log, number - 1).exists():
            older(log, number - 1).replace(older(log, number))
    shutil.copyfile(log, older(log, 1))
    older(log, 1).chmod(0o600)
    os.truncate(log, 0)
    return True


def older(log: Path, number: int) -> Path:
    """Return the name of an older piece of a log; 1 is the youngest."""
    return log.with_name(f"{log.name}.{number}")
