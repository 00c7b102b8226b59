"""Where the files of jobs lie: one folder a job below one shared root, one in it for each attempt."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["JobFolders"]


class JobFolders:
    """The folders `<root>/<job id>/`, and `<root>/<job id>/<attempt>/` for what an attempt writes.

    A runner that has lost its lease without knowing may still be writing while another runs the same job:
    neither touches what is the other's.

    Parameters
    ----------
    root
        Their common parent; made when the first result is written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def make(self, job_id: str) -> Path:
        """Return a job's folder, made if it was not there."""
        folder = self._root / job_id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def make_attempt(self, job_id: str, attempt: int) -> Path:
        """Return an empty folder for what an attempt writes."""
        folder = self.make(job_id) / str(attempt)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return folder

    def file(self, job_id: str, name: str) -> Path:
        """Return where a file of a job lies."""
        return self._root / job_id / name

    def remove(self, job_id: str) -> None:
        """Remove a job's folder and what is in it."""
        shutil.rmtree(self._root / job_id, ignore_errors=True)

    def remove_attempt(self, job_id: str, attempt: int) -> None:
        """Remove what an attempt has written."""
        shutil.rmtree(self._root / job_id / str(attempt), ignore_errors=True)

    def keep_only(self, job_id: str, name: str) -> None:
        """Remove everything of a job but one file and the folder that it lies in; without a name, all."""
        kept = name.partition("/")[0]
        folder = self._root / job_id
        for entry in _entries(folder):
            if entry.name == kept:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)

    def older_than(self, age_s: float) -> Iterator[str]:
        """Yield the ids whose folders have not changed for so long."""
        before = time.time() - age_s
        for entry in _entries(self._root):
            try:
                if entry.stat().st_mtime < before:
                    yield entry.name
            except FileNotFoundError:
                continue


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
