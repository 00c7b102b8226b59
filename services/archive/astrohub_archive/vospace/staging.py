"""Files on their way in: written where no user sees them, and given their name when they are whole."""

from __future__ import annotations

import os
import secrets
import stat
import threading
import time

from .paths import Parts
from .tree import Tree, rename_new

__all__ = ["Staged", "Staging"]

INCOMING = ".incoming"
_FORGOTTEN_S = 86_400.0


class Staging:
    """The folder of unfinished files, beside the homes, on the same disk; no user's name begins with a dot.

    Parameters
    ----------
    homes
        Tree of users' homes.
    """

    def __init__(self, homes: Tree) -> None:
        self._homes = homes

    def place(self) -> Parts:
        """Return where something new can be put together."""
        self._homes.make_folder((INCOMING,), may_exist=True)
        return (INCOMING, secrets.token_hex(16))

    def begin(self) -> Staged:
        """Begin a file."""
        parts = self.place()
        return Staged(self._homes, parts, self._homes.create_file(parts))

    def sweep(self) -> int:
        """Remove what a process that was killed has left, and return how much that was."""
        removed = 0
        if self._homes.exists((INCOMING,)):
            for name in self._homes.names((INCOMING,)):
                status = self._homes.stat((INCOMING, name))
                if time.time() - status.st_mtime > _FORGOTTEN_S:
                    self._homes.remove((INCOMING, name))
                    removed += 1
        return removed


class Staged:
    """An unfinished file. Its methods run in threads: one may still write when the file is discarded."""

    def __init__(self, tree: Tree, parts: Parts, opened: int) -> None:
        self._tree = tree
        self._parts = parts
        self._opened: int | None = opened
        self._guard = threading.Lock()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        with self._guard:
            left = memoryview(data)
            while left and self._opened is not None:
                left = left[os.write(self._opened, left) :]

    def publish(self, target: Parts, *, replace: bool) -> bool:
        """Give the file its name, and say whether there was none of that name.

        Raises
        ------
        FileExistsError
            When there was one and it is not to be replaced.
        IsADirectoryError
            When there is a folder of that name.
        """
        with (
            self._guard,
            self._tree.folder(self._parts[:-1]) as here,
            self._tree.folder(target[:-1]) as there,
        ):
            assert self._opened is not None
            before = _status(target[-1], there)
            if before is not None and stat.S_ISDIR(before.st_mode):
                raise IsADirectoryError(21, "Is a directory")
            if before is not None and stat.S_ISREG(before.st_mode):
                os.fchmod(self._opened, stat.S_IMODE(before.st_mode) & 0o777 | self._tree.file_mode)
            os.fsync(self._opened)
            if replace:
                os.rename(self._parts[-1], target[-1], src_dir_fd=here, dst_dir_fd=there)
            else:
                rename_new(here, self._parts[-1], there, target[-1])
            os.fsync(there)
            self._close()
            return before is None

    def discard(self) -> None:
        """Remove the file unless it has got its name."""
        with self._guard:
            if self._opened is not None:
                self._close()
                self._tree.remove(self._parts)

    def _close(self) -> None:
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None


def _status(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
