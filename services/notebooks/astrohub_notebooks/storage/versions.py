"""The published versions on disk, and the link that says which of them readers see."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import StorageError

__all__ = ["Versions"]

_INCOMING = ".incoming-"


class Versions:
    """Keep versions in a folder.

    Parameters
    ----------
    directory
        The folder; made if it is not there.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._versions = directory / "versions"
        self._link = directory / "current"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from publishing here; what a killed one left behind is removed first.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        try:
            self._versions.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            raise StorageError(f"The folder {self._directory} cannot be written: {e.strerror}.") from e
        with os.fdopen(handle, "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._clean()
            yield

    def current(self) -> str | None:
        """Return the name of the version that readers see."""
        try:
            return Path(os.readlink(self._link)).name
        except OSError:
            return None

    def notebooks(self) -> list[str]:
        """Return the paths of the notebooks that readers see."""
        root = self._link.resolve()
        return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.ipynb") if file.is_file())

    def has(self, name: str) -> bool:
        """Say whether a version is there."""
        return (self._versions / name).is_dir()

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Give an empty folder in which a version is built; what is not published of it goes away."""
        folder = self._versions / f"{_INCOMING}{secrets.token_hex(8)}"
        folder.mkdir(mode=0o755)
        try:
            yield folder
        finally:
            if folder.exists():
                _remove(folder)

    def publish(self, folder: Path | None, name: str) -> None:
        """Give a finished folder its name, if it is new, and let readers see it from one moment to the next.

        Raises
        ------
        StorageError
            If something that is no link stands in the way.
        """
        if folder is not None and not self.has(name):
            folder.rename(self._versions / name)
            _sync(self._versions)
        if self._link.exists() and not self._link.is_symlink():
            raise StorageError(
                f"{self._link} is not a link; move it away, then the collection is published there."
            )
        if self.current() == name:
            return
        fresh = self._directory / f".current-{secrets.token_hex(8)}"
        fresh.symlink_to(Path("versions") / name)
        fresh.replace(self._link)
        _sync(self._directory)

    def prune(self, keep: int, newest_first: Sequence[str]) -> list[str]:
        """Remove all but the newest versions and the current one; return what was removed."""
        present = {child.name: child for child in self._versions.iterdir() if not child.name.startswith(".")}
        known = [name for name in dict.fromkeys(newest_first) if name in present]
        unknown = sorted(set(present) - set(known), key=lambda name: -present[name].lstat().st_mtime)
        current = self.current()
        order = sorted([*known, *unknown], key=lambda name: name != current)
        for name in order[keep:]:
            _remove(present[name])
        return order[keep:]

    def _clean(self) -> None:
        """Remove what a killed process left behind."""
        for child in self._versions.glob(f"{_INCOMING}*"):
            _remove(child)
        for child in self._directory.glob(".current-*"):
            child.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a read-only tree: first out of sight under another name, so that nobody meets half of it."""
    doomed = folder
    if not folder.name.startswith(_INCOMING):
        doomed = folder.with_name(f"{_INCOMING}{secrets.token_hex(8)}")
        folder.rename(doomed)
    for here, _, _ in os.walk(doomed):
        Path(here).chmod(0o755)
    shutil.rmtree(doomed)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
