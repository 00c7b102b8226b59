"""A folder of the operating system that nothing leads out of: every step is opened on its own, links never.

A path is walked name by name relative to the folder just opened (`openat` with `O_NOFOLLOW`), so that a link
that somebody plants, even between two steps, is met as a link and not as what it points to.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .paths import Parts

__all__ = ["Tree", "rename_new"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A named pipe would block who opens it; what is no plain file is refused after opening.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Tree:
    """The files under one folder. Raises `OSError` as the operating system does.

    Parameters
    ----------
    root
        The folder.
    is_shared
        Whether user servers of other accounts must be able to change what is made in it. Their homes keep
        everybody else out, and the folders that no user sees (`.trash`, `.incoming`) stay closed.
    """

    def __init__(self, root: Path, *, is_shared: bool = False) -> None:
        self.root = root
        self.file_mode = 0o666 if is_shared else 0o600
        self._folder_mode = 0o2777 if is_shared else 0o700

    @contextmanager
    def folder(self, parts: Parts) -> Iterator[int]:
        """Open a folder for the length of the block; yields its descriptor."""
        opened = os.open(self.root, _FOLDER)
        try:
            for name in parts:
                inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=opened)
                os.close(opened)
                opened = inner
            yield opened
        finally:
            os.close(opened)

    def stat(self, parts: Parts) -> os.stat_result:
        """Return what is known of an entry; of a link, not of what it points to."""
        if not parts:
            return self.root.stat()
        with self.folder(parts[:-1]) as parent:
            return os.stat(parts[-1], dir_fd=parent, follow_symlinks=False)

    def exists(self, parts: Parts) -> bool:
        """Say whether there is anything of this name."""
        try:
            self.stat(parts)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def open_file(self, parts: Parts) -> int:
        """Open a plain file for reading and return its descriptor.

        Raises
        ------
        IsADirectoryError, NotADirectoryError
            When it is a folder; when it is neither file nor folder.
        """
        with self.folder(parts[:-1]) as parent:
            _require_plain(os.stat(parts[-1], dir_fd=parent, follow_symlinks=False).st_mode)
            opened = os.open(parts[-1], _FILE, dir_fd=parent)
        try:
            _require_plain(os.fstat(opened).st_mode)
        except OSError:
            os.close(opened)
            raise
        return opened

    def create_file(self, parts: Parts) -> int:
        """Make a file that is not there yet and return its descriptor, open for writing."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with self.folder(parts[:-1]) as parent:
            opened = os.open(parts[-1], flags, self.file_mode, dir_fd=parent)
        os.fchmod(opened, self.file_mode)  # whatever the umask is
        return opened

    def make_folder(self, parts: Parts, *, may_exist: bool = False) -> None:
        """Make a folder in one that is there."""
        with self.folder(parts[:-1]) as parent:
            try:
                os.mkdir(parts[-1], 0o700, dir_fd=parent)
            except FileExistsError:
                if not may_exist:
                    raise
                return
            is_unseen = len(parts) == 1 and parts[0].startswith(".")
            if self._folder_mode != 0o700 and not is_unseen:
                os.chmod(parts[-1], self._folder_mode, dir_fd=parent)

    def names(self, parts: Parts) -> list[str]:
        """Return the names in a folder, in no order."""
        with self.folder(parts) as opened:
            return os.listdir(opened)

    def walk(self, parts: Parts) -> Iterator[tuple[Parts, os.stat_result]]:
        """Yield everything under an entry by its path from there, itself first; what vanishes is left out."""
        waiting: list[Parts] = [()]
        while waiting:
            inner = waiting.pop()
            try:
                status = self.stat(parts + inner)
                names = self.names(parts + inner) if stat.S_ISDIR(status.st_mode) else []
            except OSError:
                if not inner:
                    raise
                continue
            yield inner, status
            waiting += [(*inner, name) for name in names]

    def size(self, parts: Parts) -> int:
        """Return the bytes of all plain files under an entry."""
        return sum(status.st_size for _, status in self.walk(parts) if stat.S_ISREG(status.st_mode))

    def move(self, source: Parts, target: Parts) -> None:
        """Give an entry another name; never in the place of another entry."""
        with self.folder(source[:-1]) as from_folder, self.folder(target[:-1]) as to_folder:
            rename_new(from_folder, source[-1], to_folder, target[-1])

    def remove(self, parts: Parts) -> None:
        """Remove an entry for good, with all that is in it."""
        paths = [(inner, status) for inner, status in self.walk(parts)]
        for inner, status in reversed(paths):
            with self.folder((parts + inner)[:-1]) as parent:
                name = (parts + inner)[-1]
                if stat.S_ISDIR(status.st_mode):
                    os.rmdir(name, dir_fd=parent)
                else:
                    os.unlink(name, dir_fd=parent)


def rename_new(from_folder: int, source: str, to_folder: int, target: str) -> None:
    """Rename an entry unless there is one of the new name.

    Raises
    ------
    FileExistsError
        When there is.
    """
    if stat.S_ISREG(os.stat(source, dir_fd=from_folder, follow_symlinks=False).st_mode):
        # A second name for the file fails, at once, where `rename` would replace.
        os.link(source, target, src_dir_fd=from_folder, dst_dir_fd=to_folder, follow_symlinks=False)
        os.unlink(source, dir_fd=from_folder)
        return
    try:
        os.stat(target, dir_fd=to_folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(source, target, src_dir_fd=from_folder, dst_dir_fd=to_folder)
        return
    raise FileExistsError(17, "File exists", target)


def _require_plain(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "Is a directory")
    if not stat.S_ISREG(mode):
        raise NotADirectoryError(20, "Not a plain file")
