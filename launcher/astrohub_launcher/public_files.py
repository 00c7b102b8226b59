"""The public folder of the files service: the images and spectra that published catalogues bring along."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .files import make_folder

__all__ = ["offer_public_files"]

_FILES = "files"


def offer_public_files(catalogues: Path, folder: Path) -> None:
    """Show the files of every published schema (`<schema>/files/`) as `<schema>/` in a folder.

    They are further names of the same files and take no room; only on another disk they are copied. What is
    there and is not the same file is replaced; what catalogues no longer have stays.

    Parameters
    ----------
    catalogues
        The published catalogues, a folder for each schema.
    folder
        The public folder.
    """
    for source in sorted(catalogues.glob(f"[!.]*/{_FILES}")):
        make_folder(folder / source.parent.name, mode=0o755)
        for path, _, names in os.walk(source):
            target = folder / source.parent.name / Path(path).relative_to(source)
            make_folder(target, mode=0o755)
            for name in names:
                _offer(Path(path, name), target / name)


def _offer(file: Path, name: Path) -> None:
    if name.exists() and (name.samefile(file) or _looks_the_same(file, name)):
        return
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(file)
    except OSError:
        shutil.copy2(file, name)


def _looks_the_same(file: Path, other: Path) -> bool:
    one, two = file.stat(), other.stat()
    return (one.st_size, one.st_mtime_ns) == (two.st_size, two.st_mtime_ns)
