"""A folder of this machine as a source: looked at often, read only when something has changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from ..errors import RefusedTreeError, SourceError
from ..models import Revision
from ..settings import FolderSource
from .staging import Staging, is_left_out, read_chunks

__all__ = ["FolderReader"]


class FolderReader:
    """Read a collection from a folder.

    Parameters
    ----------
    source
        Which folder.
    leave_out
        Globs of names that are passed over.
    """

    def __init__(self, source: FolderSource, leave_out: tuple[str, ...]) -> None:
        self._path = source.path
        self._leave_out = leave_out

    @property
    def name(self) -> str:
        """The source in one line, for the history."""
        return f"folder {self._path}"

    def fingerprint(self) -> str:
        """Return what changes when anything in the folder changes; only names, sizes and times are read.

        Raises
        ------
        SourceError
            If the folder cannot be read.
        """
        digest = hashlib.sha256()
        for path, status in self._entries():
            line = f"{status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ino} {path}\0"
            digest.update(os.fsencode(line))
        return digest.hexdigest()

    def is_still(self, fingerprint: str) -> bool:
        """Say whether the folder is as it was, so that what was copied is of one moment."""
        return self.fingerprint() == fingerprint

    def stop(self) -> None:
        """Do nothing: looking at a folder takes no time."""

    def write(self, staging: Staging) -> Revision:
        """Copy the folder's content; the version is the hash of what was copied.

        Raises
        ------
        SourceError
            If the folder cannot be read, or changes while it is read.
        RefusedTreeError
            If it holds what must not be published.
        """
        newest = 0.0
        for path, status in self._entries():
            newest = max(newest, status.st_mtime)
            self._add(staging, path, status)
        return Revision(
            staging.finish(), datetime.fromtimestamp(newest, UTC), f"Content of {self._path.name}"
        )

    def _add(self, staging: Staging, path: PurePosixPath, status: os.stat_result) -> None:
        file = self._path / path
        try:
            if stat.S_ISLNK(status.st_mode):
                staging.add_link(path, os.readlink(file))
                return
            if not stat.S_ISREG(status.st_mode):
                raise RefusedTreeError(f"{path.as_posix()!a} is a pipe, a socket or a device.")
            with _opened(file) as handle:
                staging.add_file(path, read_chunks(handle), is_executable=bool(status.st_mode & stat.S_IXUSR))
        except FileExistsError as e:
            raise RefusedTreeError(f"The name {path.as_posix()!a} is there twice.") from e

    def _entries(self) -> Iterator[tuple[PurePosixPath, os.stat_result]]:
        """Visit all files and links, in order; folders only as the way to them."""
        if not self._path.is_dir():
            raise SourceError(f"There is no folder {self._path}.")
        try:
            yield from self._visit(PurePosixPath())
        except PermissionError as e:
            raise SourceError(f"{e.filename} cannot be read: {e.strerror}.") from e

    def _visit(self, folder: PurePosixPath) -> Iterator[tuple[PurePosixPath, os.stat_result]]:
        try:
            with os.scandir(self._path / folder) as found:
                children = sorted(found, key=lambda child: child.name)
            for child in children:
                path = folder / child.name
                if is_left_out(PurePosixPath(child.name), self._leave_out):
                    continue
                if child.is_dir(follow_symlinks=False):
                    yield from self._visit(path)
                else:
                    yield path, child.stat(follow_symlinks=False)
        except FileNotFoundError as e:
            raise SourceError(f"{e.filename} went away while the collection was read.") from e


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as e:
        raise SourceError(f"{file} cannot be read: {e.strerror}.") from e
    try:
        yield handle
    finally:
        os.close(handle)
