"""Where the workers of one process spill to: a folder of its own, and nobody's once the process is gone."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path

__all__ = ["TempRoot"]

_GUARD = ".guard"


class TempRoot:
    """A folder below a root that several processes share; those that dead processes have left are removed.

    Parameters
    ----------
    shared
        The common parent.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self.folder = shared / secrets.token_hex(8)
        self._lock: int | None = None

    def make(self, account: tuple[int, int] | None = None) -> None:
        """Make the folder, for an account if one is given, and remove those of processes that are gone."""
        self._shared.mkdir(parents=True, exist_ok=True)
        guard = _locked(self._shared / _GUARD)
        try:
            for folder in self._shared.iterdir():
                if folder.is_dir():
                    _remove_if_left(folder)
            # The kernel gives the lock up when this process ends, however it does.
            self._lock = _locked(_lock_of(self.folder))
            self.folder.mkdir()
        finally:
            os.close(guard)
        if account:
            os.chown(self.folder, *account)

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            _lock_of(self.folder).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _locked(path: Path, *, wait: bool = True) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_if_left(folder: Path) -> None:
    lock = _lock_of(folder)
    try:
        descriptor = _locked(lock, wait=False)
    except BlockingIOError:
        return
    shutil.rmtree(folder, ignore_errors=True)
    lock.unlink(missing_ok=True)
    os.close(descriptor)
