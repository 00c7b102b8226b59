"""The sample data that a set-up has made, shared by those who need them instead of being made again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .door import run_door

__all__ = ["make_sample_data", "share_files", "usual_data"]


def usual_data() -> Path:
    """Return the data folder of the clone, in which `./astrohub test` has made the sample data."""
    found: dict[str, str] = json.loads(run_door("status", "--json").stdout)
    return Path(found["data"])


def share_files(source: Path, target: Path) -> None:
    """Let a folder show the files of another: the same ones where the system allows it, else copies."""
    for place, _, files in os.walk(source):
        folder = target / Path(place).relative_to(source)
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            try:
                os.link(Path(place, name), folder / name)
            except OSError:
                shutil.copy2(Path(place, name), folder / name)
    for place, _, _ in os.walk(target, topdown=False):
        shutil.copymode(source / Path(place).relative_to(target), place)


def make_sample_data(public: Path, *, but: str | None = None) -> None:
    """Fill a folder with the sample catalogues; those that were made before in the same content are shared.

    Parameters
    ----------
    public
        The folder; it is read-only afterwards.
    but
        The schema that is not to be shared.
    """
    source = usual_data() / "public"
    for folder in sorted(source.glob("[!.]*")) if source.is_dir() else ():
        if folder.name != but:
            share_files(folder, public / folder.name)
    command = [sys.executable, "-m", "astrohub_archive.main", "data", "make", "--public", str(public)]
    subprocess.run(command, check=True, capture_output=True)
