"""The files of users' tables: `<user>/<table id>/`, complete or not there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .entry import Entry, Making
from .names import user_folder

__all__ = ["FILE_NAME", "SKY", "TableFolders", "files_of", "next_file", "size_of"]

FILE_NAME = "data.parquet"
SKY = "sky"
"""The folder in which a table's rows lie by the cells of the sky."""

_PARTIAL = ".partial"
_PARTS = "data*.parquet"


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
        kept = {SKY, *(path.name for path in partial.glob(_PARTS))}
        for one in partial.iterdir():
            if one.name in kept:
                continue
            if one.is_dir():
                shutil.rmtree(one)
            else:
                one.unlink()
        _sync_all(partial)
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

    def link(self, entry: Entry, partial: Path) -> None:
        """Let a table that is being made have the files of another; they never change, so none is copied.

        Raises
        ------
        OSError
            When they cannot be linked or copied.
        """
        shutil.copytree(self.folder(entry), partial, copy_function=_link, dirs_exist_ok=True)

    def _partial(self, making: Making) -> Path:
        return self._root / user_folder(making.owner) / f"{making.table_id}{_PARTIAL}"


def files_of(folder: Path) -> Sequence[Path]:
    """Return the files of the rows in a table's folder, in their order."""
    if (folder / SKY).is_dir():
        return sorted((folder / SKY).glob("rows/dataset/Norder=*/Dir=*/Npix=*.parquet"))
    return sorted(folder.glob(_PARTS))


def next_file(folder: Path) -> Path:
    """Return where further rows of a table without positions go."""
    parts = len(list(folder.glob(_PARTS)))
    return folder / (FILE_NAME if not parts else f"data.{parts:05}.parquet")


def size_of(folder: Path) -> int:
    """Return how many bytes the files of a table take, and not what lies beside them while it is made."""
    files = [*folder.glob(_PARTS), *(folder / SKY).rglob("*")]
    return sum(path.stat().st_size for path in files if path.is_file())


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk, or one without links
        shutil.copyfile(source, target)


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
