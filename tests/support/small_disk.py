"""A small disk of its own, to fill."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["filled", "small_disk"]

_BLOCK = 4096


@contextmanager
def small_disk(folder: Path, *, size: str = "4m") -> Iterator[None]:
    """Put a small disk in place of a folder until the block ends; skip the test where that cannot be done."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path, *, but_bytes: int = 0) -> Iterator[None]:
    """Leave no room on the disk of a folder, or only so much, until the block ends."""
    ballast = folder / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        while True:
            os.write(descriptor, b"." * _BLOCK)
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
    size = os.fstat(descriptor).st_size
    os.ftruncate(descriptor, max(0, size - but_bytes))
    os.close(descriptor)
    try:
        yield
    finally:
        ballast.unlink()
