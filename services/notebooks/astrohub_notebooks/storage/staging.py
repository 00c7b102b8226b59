"""A tree under construction: takes files one by one and refuses what must not be published."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from ..errors import RefusedTreeError
from ..settings import Limits

__all__ = ["Staging", "is_left_out"]

_CHUNK = 1024 * 1024
_NAME_BYTES = 255
#: Characters that make a name look like another: directions of writing, and what has no width.
_DECEITFUL = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def is_left_out(path: PurePosixPath, globs: Iterable[str]) -> bool:
    """Say whether a part of a path is never published."""
    patterns = tuple(globs)
    return any(
        part.casefold() == ".git" or any(fnmatch.fnmatchcase(part, glob) for glob in patterns)
        for part in path.parts
    )


class Staging:
    """Build a tree in an empty folder.

    Parameters
    ----------
    root
        The folder.
    limits
        What the tree may have.
    """

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root = root
        self._limits = limits
        self._links: list[tuple[PurePosixPath, str]] = []
        self._files = 0
        self._bytes = 0
        self._digest: dict[str, str] = {}

    def add_file(self, path: PurePosixPath, chunks: Iterable[bytes], *, is_executable: bool = False) -> None:
        """Write a file; it is on the disk when this returns.

        Raises
        ------
        RefusedTreeError
            If its name is hostile or a limit is hit.
        """
        self._count(path)
        target = self.root / path
        self._make_folder(path.parent)
        size = 0
        digest = hashlib.sha256(b"x" if is_executable else b"-")
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                self._weigh(path, size, len(chunk))
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fchmod(file.fileno(), 0o555 if is_executable else 0o444)
            os.fsync(file.fileno())
        self._digest[path.as_posix()] = digest.hexdigest()

    def add_link(self, path: PurePosixPath, target: str) -> None:
        """Note a link; it is made at the end, so that nothing is ever written through one.

        Raises
        ------
        RefusedTreeError
            If its name is hostile or it leads out by its own words.
        """
        self._count(path)
        if not target or target.startswith("/") or "\\" in target or "\0" in target:
            raise RefusedTreeError(f"The link {_show(path)} leads out of the collection.")
        self._links.append((path, target))
        self._digest[path.as_posix()] = hashlib.sha256(b"l" + os.fsencode(target)).hexdigest()

    def finish(self) -> str:
        """Make the links, check where they lead, take the right to write, and return the content's hash.

        Raises
        ------
        RefusedTreeError
            If a link leads out, or the tree is empty.
        """
        if not self._digest:
            raise RefusedTreeError("There is nothing to publish: no file at all.")
        for path, target in self._links:
            self._make_folder(path.parent)
            (self.root / path).symlink_to(target)
        real_root = self.root.resolve()
        for path, _ in self._links:
            if not self._leads_inside(self.root / path, real_root):
                raise RefusedTreeError(f"The link {_show(path)} leads out of the collection.")
        for folder in self._folders():
            folder.chmod(0o555)
        lines = "".join(f"{digest} {path}\n" for path, digest in sorted(self._digest.items()))
        return hashlib.sha256(os.fsencode(lines)).hexdigest()[:40]

    def _leads_inside(self, link: Path, real_root: Path) -> bool:
        try:
            return Path(os.path.realpath(link)).is_relative_to(real_root) and not _is_circle(link)
        except (OSError, ValueError):
            return False

    def _count(self, path: PurePosixPath) -> None:
        if fault := _name_fault(path):
            raise RefusedTreeError(f"The name {_show(path)} {fault}.")
        if len(path.parts) > self._limits.depth:
            raise RefusedTreeError(f"{_show(path)} is deeper than {self._limits.depth} folders.")
        if path.as_posix() in self._digest:
            raise RefusedTreeError(f"The name {_show(path)} is there twice.")
        self._files += 1
        if self._files > self._limits.files:
            raise RefusedTreeError(f"The collection has more than {self._limits.files} files.")

    def _weigh(self, path: PurePosixPath, size: int, added: int) -> None:
        if size > self._limits.file_mb * 1e6:
            raise RefusedTreeError(f"{_show(path)} has more than {self._limits.file_mb:g} MB.")
        self._bytes += added
        if self._bytes > self._limits.total_mb * 1e6:
            raise RefusedTreeError(f"The collection has more than {self._limits.total_mb:g} MB.")

    def _make_folder(self, path: PurePosixPath) -> None:
        try:
            (self.root / path).mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as e:
            raise RefusedTreeError(f"{_show(path)} is both a file and a folder.") from e

    def _folders(self) -> Iterator[Path]:
        for here, _, _ in os.walk(self.root, topdown=False):
            yield Path(here)


def _name_fault(path: PurePosixPath) -> str | None:
    """Say what is wrong with a path, if anything."""
    if path.is_absolute() or not path.parts:
        return "is not a path inside the collection"
    for part in path.parts:
        if part == ".." or part.casefold() == ".git":
            return "leads out of the collection or into a repository"
        if "\\" in part or any(unicodedata.category(char) in {"Cc", "Cs"} for char in part):
            return "holds control characters, a backslash, or bytes that are not UTF-8"
        if _DECEITFUL.search(part):
            return "holds invisible characters that make it look like another"
        if len(os.fsencode(part)) > _NAME_BYTES:
            return f"is longer than {_NAME_BYTES} bytes"
    return None


def _is_circle(link: Path) -> bool:
    """Say whether a link leads to itself."""
    try:
        link.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _show(path: PurePosixPath) -> str:
    """Write a path so that it cannot deceive: what is not plain is escaped."""
    return ascii(path.as_posix()[:300])


def read_chunks(handle: int) -> Iterator[bytes]:
    """Read an open regular file piece by piece.

    Raises
    ------
    RefusedTreeError
        If it is no regular file.
    """
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise RefusedTreeError("A special file (a pipe, socket or device) cannot be published.")
    while chunk := os.read(handle, _CHUNK):
        yield chunk
