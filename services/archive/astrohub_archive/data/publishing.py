"""Putting written catalogues in their place: one writer at a time, each table whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import CatalogError
from .readonly import protect, remove, writable

__all__ = ["alone", "put_in_place", "told", "workplace", "write_text"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_LOADING = ".loading"


@contextmanager
def alone(public: Path, *, wait: bool = False) -> Iterator[None]:
    """Be the only one who changes a folder of catalogues.

    Parameters
    ----------
    public
        The folder; made if it is not there.
    wait
        Whether to wait for another who is at it.

    Raises
    ------
    CatalogError
        When there is another and we do not wait.
    """
    public.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(public, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    except BlockingIOError as e:
        raise CatalogError(f"Another process is writing data in {public}; wait until it has ended.") from e
    finally:
        os.close(descriptor)


@contextmanager
def told(public: Path, name: str) -> Iterator[None]:
    """Turn what the disk says while something is written into a sentence.

    Raises
    ------
    CatalogError
        When the disk is full, or may not be written.
    """
    try:
        yield
    except OSError as e:
        if e.errno in _FULL:
            raise CatalogError(
                f"The disk of {public} is full; loading {name} needs room for its rows about three times. "
                "Nothing has been changed."
            ) from e
        raise CatalogError(f"{e.filename or public} cannot be written: {e.strerror or e}.") from e


@contextmanager
def workplace(public: Path, name: str) -> Iterator[Path]:
    """Make a hidden folder in which something is written before it is put in place; removed in the end.

    What was left behind by somebody who died is removed first.

    Raises
    ------
    CatalogError
        When another process is writing the same.
    """
    with alone(public, wait=True), writable(public):
        _clear_left_behind(public)
        folder = public / f".{name}{_LOADING}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError as e:
            raise CatalogError(f"Another process is loading {name} now; wait until it has ended.") from e
        descriptor = _claim(folder)
    try:
        yield folder
    finally:
        try:
            with alone(public, wait=True), writable(public):
                remove(folder)
        finally:
            os.close(descriptor)


def _claim(folder: Path) -> int:
    """Hold a lock on a folder for as long as this process lives."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def _clear_left_behind(public: Path) -> None:
    for folder in public.glob(f".*{_LOADING}"):
        try:
            os.close(_claim(folder))
        except BlockingIOError:
            continue
        remove(folder)


def put_in_place(made: Path, target: Path) -> None:
    """Put a folder in its place; one that is there is removed when the new one has taken it.

    Raises
    ------
    OSError
        When it cannot be; the old one stays.
    """
    protect(made)
    previous = target.parent / f".{target.name}.previous"
    if previous.exists() and target.exists():
        remove(previous)
    made.chmod(0o755)  # a folder that is moved to another must be writable itself, for its `..`
    if target.exists():
        target.rename(previous)
    try:
        made.rename(target)
    except OSError:
        if previous.exists():
            previous.rename(target)
        raise
    target.chmod(0o555)
    remove(previous)


def write_text(path: Path, text: str) -> None:
    """Write a published text file: the old one or the new one is there, never half of one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o444)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
