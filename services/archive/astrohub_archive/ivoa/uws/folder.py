"""Where the results of jobs lie: one folder a job, below one shared root."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["JobFolders"]


class JobFolders:
    """The folders `<root>/<job id>/`.

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

    def file(self, job_id: str, name: str) -> Path:
        """Return where a file of a job lies."""
        return self._root / job_id / name

    def remove(self, job_id: str) -> None:
        """Remove a job's folder and what is in it."""
        shutil.rmtree(self._root / job_id, ignore_errors=True)

    def older_than(self, age_s: float) -> Sequence[str]:
        """Return the ids whose folders have not changed for so long."""
        if not self._root.is_dir():
            return []
        before = time.time() - age_s
        return [entry.name for entry in self._root.iterdir() if entry.stat().st_mtime < before]
