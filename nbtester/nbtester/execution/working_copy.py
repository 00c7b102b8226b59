"""The scratch copy in which a notebook runs, so that nothing it does reaches its source."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ..collection.discovery import is_environment
from ..errors import WorkingCopyError
from ..settings import WorkingCopy

__all__ = ["working_copy"]

_LEFT_OUT = frozenset({".git", ".ipynb_checkpoints", "__pycache__", "node_modules"})


@contextmanager
def working_copy(collection: Path, path: str, settings: WorkingCopy) -> Iterator[Path]:
    """Copy what a notebook may need and give the folder in which it is to run; remove it afterwards.

    Links that lead out of the collection are left out; those inside it become copies.

    Raises
    ------
    WorkingCopyError
        If the copy would be larger than the limit, or cannot be written.
    """
    folder = PurePosixPath(path).parent
    source = collection / folder if settings.scope == "folder" else collection
    scratch = Path(tempfile.mkdtemp(prefix="nbtester-"))
    try:
        _Copy(collection.resolve(), settings.limit_mb).make(source, scratch / "copy")
        yield scratch / "copy" if settings.scope == "folder" else scratch / "copy" / folder
    except shutil.Error as e:
        raise WorkingCopyError(f"No scratch copy of {source} can be made: {e}.") from e
    finally:
        _remove(scratch)


class _Copy:
    """One copy under way: what is left of its size limit."""

    def __init__(self, collection: Path, limit_mb: int) -> None:
        self._collection = collection
        self._limit_mb = limit_mb
        self._left = limit_mb * 1_000_000

    def make(self, source: Path, target: Path) -> None:
        """Copy a folder with what is below it."""
        try:
            for here, folders, files in os.walk(source):
                place = Path(here)
                copied = target / place.relative_to(source)
                copied.mkdir(parents=True, exist_ok=True)
                folders[:] = [
                    name for name in folders if name not in _LEFT_OUT and not is_environment(place / name)
                ]
                for name in files:
                    self._copy_file(place / name, copied / name)
        except OSError as e:
            raise WorkingCopyError(
                f"No scratch copy of {source} can be made: {e.strerror or e} ({e.filename})."
            ) from e

    def _copy_file(self, file: Path, copy: Path) -> None:
        real = file.resolve()
        if not real.is_relative_to(self._collection) or not real.is_file():
            return
        self._left -= real.stat().st_size
        if self._left < 0:
            raise WorkingCopyError(
                f"The folder of the notebook has more than {self._limit_mb} MB; keep data outside the "
                "collection, or raise workingCopy.limitMb."
            )
        shutil.copyfile(real, copy)
        copy.chmod(stat.S_IMODE(real.stat().st_mode) | stat.S_IRUSR | stat.S_IWUSR)


def _remove(folder: Path) -> None:
    """Remove a folder, also when a notebook took away the right to write in it."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for here, _, _ in os.walk(folder):
            Path(here).chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)
