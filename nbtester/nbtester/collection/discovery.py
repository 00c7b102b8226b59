"""Which files of a collection are its notebooks, and which of them are to run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ..errors import CollectionError
from ..settings import Settings

__all__ = ["first_match", "is_environment", "kept_files", "matches", "notebooks_to_run"]

#: Folders that no author means to be part of a collection.
_LEFT_OUT = frozenset({".git", ".ipynb_checkpoints", "__pycache__", "node_modules", ".venv"})


def notebooks_to_run(collection: Path, settings: Settings) -> list[str]:
    """List the notebooks that the globs select, as paths relative to the collection, in order.

    Raises
    ------
    CollectionError
        If the collection is not a folder that can be read.
    """
    return [
        path
        for path in kept_files(collection)
        if path.endswith(".ipynb") and matches(path, settings.include) and not matches(path, settings.exclude)
    ]


def kept_files(collection: Path) -> list[str]:
    """List all files of a collection; hidden folders, environments and checkpoints are not entered."""
    if not collection.is_dir():
        raise CollectionError(f"There is no folder {collection}.")
    try:
        return sorted(path.relative_to(collection).as_posix() for path in _walk(collection))
    except OSError as e:
        raise CollectionError(f"The folder {e.filename} cannot be read: {e.strerror}.") from e


def matches(path: str, globs: Iterable[str]) -> bool:
    """Say whether a path fits one of the globs: as a whole, by its name, or by a folder it is in."""
    return first_match(path, globs) is not None


def first_match(path: str, globs: Iterable[str]) -> str | None:
    """Return the first glob that a path fits."""
    name = PurePosixPath(path).name
    for glob in globs:
        bare = glob.removeprefix("./").rstrip("/")
        candidates = (bare, f"{bare}/*", bare.removeprefix("**/"))
        if fnmatchcase(name, bare) or any(fnmatchcase(path, pattern) for pattern in candidates):
            return glob
    return None


def is_environment(folder: Path) -> bool:
    """Say whether a folder is a virtual environment or a place of installed packages."""
    return (
        (folder / "pyvenv.cfg").is_file()
        or (folder / "conda-meta").is_dir()
        or folder.name in {"site-packages", "node_modules"}
    )


def _walk(collection: Path) -> Iterator[Path]:
    def complain(error: OSError) -> None:
        raise error

    for here, folders, files in os.walk(collection, onerror=complain):
        place = Path(here)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _LEFT_OUT and not name.startswith(".") and not is_environment(place / name)
        )
        yield from (place / name for name in files)
