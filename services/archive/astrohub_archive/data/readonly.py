"""Keeping published files from being changed by accident: permissions of files and folders."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["protect", "remove", "writable"]

_FILE, _FOLDER, _OPEN_FOLDER = 0o444, 0o555, 0o755


def protect(folder: Path) -> None:
    """Take the write permission from a folder and everything in it; everybody may read."""
    for path, _, files in os.walk(folder, topdown=False):
        for name in files:
            (Path(path) / name).chmod(_FILE)
        Path(path).chmod(_FOLDER)


def remove(folder: Path) -> None:
    """Remove a protected folder."""
    if not folder.exists():
        return
    for path, _, _ in os.walk(folder):
        Path(path).chmod(_OPEN_FOLDER)
    shutil.rmtree(folder)


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Let entries of `folder` itself be made and renamed, and protect it again afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_OPEN_FOLDER)
    try:
        yield
    finally:
        folder.chmod(_FOLDER)
