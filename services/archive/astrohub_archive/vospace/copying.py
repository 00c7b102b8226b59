"""Copying a file or a folder with all that is in it, in a thread that can be told to stop."""

from __future__ import annotations

import os
import stat
from threading import Event

from .paths import Parts
from .tree import Tree

__all__ = ["CopyStopped", "copy_entry"]

_AT_ONCE = 8 * 1024**2


class CopyStopped(Exception):
    """The copy was told to stop."""


def copy_entry(source: Tree, source_parts: Parts, target: Tree, target_parts: Parts, stop: Event) -> None:
    """Copy an entry to where there is none yet. Links stay links; pipes, sockets and devices are left out.

    Raises
    ------
    CopyStopped
        When `stop` was set meanwhile; what was copied by then is there.
    """
    for inner, status in source.walk(source_parts):
        if stop.is_set():
            raise CopyStopped
        here, there = source_parts + inner, target_parts + inner
        if stat.S_ISDIR(status.st_mode):
            target.make_folder(there)
        elif stat.S_ISREG(status.st_mode):
            _copy_file(source, here, target, there, stop=stop)
        elif stat.S_ISLNK(status.st_mode):
            _copy_link(source, here, target, there)


def _copy_file(source: Tree, here: Parts, target: Tree, there: Parts, *, stop: Event) -> None:
    opened = source.open_file(here)
    try:
        made = target.create_file(there)
        try:
            _copy_bytes(opened, made, stop)
            _take_over(os.fstat(opened), made, target.file_mode)
        finally:
            os.close(made)
    finally:
        os.close(opened)


def _copy_bytes(source: int, target: int, stop: Event) -> None:
    status = os.fstat(source)
    done = 0
    while done < status.st_size:
        if stop.is_set():
            raise CopyStopped
        copied = os.sendfile(target, source, done, min(_AT_ONCE, status.st_size - done))
        if not copied:
            break
        done += copied


def _take_over(status: os.stat_result, target: int, file_mode: int) -> None:
    """Let a copy be executable, and as old, as what it is a copy of."""
    executable = file_mode >> 2 & 0o111 if status.st_mode & 0o100 else 0
    os.fchmod(target, file_mode | executable)
    os.utime(target, ns=(status.st_mtime_ns, status.st_mtime_ns))
    os.fsync(target)


def _copy_link(source: Tree, here: Parts, target: Tree, there: Parts) -> None:
    with source.folder(here[:-1]) as parent:
        points_to = os.readlink(here[-1], dir_fd=parent)
    with target.folder(there[:-1]) as parent:
        os.symlink(points_to, there[-1], dir_fd=parent)
