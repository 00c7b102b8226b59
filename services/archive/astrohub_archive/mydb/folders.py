"""The files of users' tables: `<user>/<table id>/`, complete or not there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from .entry import Entry, Making
from .names import user_folder

__all__ = ["FILE_NAME", "TableFolders"]

FILE_NAME = "data.parquet"
_PARTIAL = ".partial"


class TableFolders:
    """Where the files of tables lie, and while they are being made.

    Parameters
    ----------
    root
        The folder of all users' tables.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def folder(self, entry: Entry) -> Path:
        """Return the folder of a table."""
        return self._root / user_folder(entry.owner) / entry.table_id

    def make_partial(self, making: Making) -> Path:
        """Make the folder in which a table is made."""
        partial = self._partial(making)
        partial.mkdir(parents=True, mode=0o700)
        return partial

    def publish(self, making: Making) -> None:
        """Put a folder that is complete in its place; it is on disk when this returns."""
        partial = self._partial(making)
        for kept in partial.iterdir():
            if kept.name != FILE_NAME:
                kept.unlink()
        _sync(partial)
        partial.rename(partial.with_name(making.table_id))
        _sync(partial.parent)

    def remove(self, making: Making) -> None:
        """Remove whatever there is of a table that was not made."""
        partial = self._partial(making)
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(partial.with_name(making.table_id), ignore_errors=True)

    def older_than(self, age_s: float) -> Iterator[tuple[str, Path]]:
        """Yield the ids and folders of tables, made or half made, that have lain there for so long."""
        before = time.time() - age_s
        for folder in self._root.glob("*/*"):
            try:
                if folder.stat().st_mtime < before:
                    yield folder.name.removesuffix(_PARTIAL), folder
            except FileNotFoundError:
                continue

    def _partial(self, making: Making) -> Path:
        return self._root / user_folder(making.owner) / f"{making.table_id}{_PARTIAL}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
