"""The mark of a finished step: a hash of what went in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..files import read_json, write_json

__all__ = ["STAMP", "fingerprint", "holds", "mark", "tree"]

STAMP = ".astrohub-stamp.json"
_MADE_BY_TOOLS = frozenset(
    {
        "node_modules",
        "lib",
        "labextension",
        "__pycache__",
        "build",
        "dist",
        ".git",
        ".mypy_cache",
        ".ruff_cache",
    }
)


def fingerprint(*pieces: str | Path) -> str:
    """Return one hash of texts and of the contents of files; a file that is missing counts as such."""
    total = hashlib.sha256()
    for piece in pieces:
        if isinstance(piece, Path):
            content = piece.read_bytes() if piece.is_file() else b"(missing)"
        else:
            content = piece.encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def tree(folder: Path, *, suffixes: Iterable[str] = ()) -> str:
    """Return one hash of the names and contents of the sources in a folder."""
    wanted = tuple(suffixes)
    files = [file for file in _sources(folder) if not wanted or file.name.endswith(wanted)]
    names = [str(file.relative_to(folder)) for file in files]
    return fingerprint("\n".join(names), *files)


def holds(stamp: Path, inputs: str, makes: Iterable[Path]) -> bool:
    """Say whether a step was finished with these inputs and what it made is still there."""
    found = read_json(stamp)
    if not isinstance(found, dict) or found.get("inputs") != inputs:
        return False
    made = found.get("makes", {})
    return all(path.exists() and made.get(path.name) == _target(path) for path in makes)


def mark(stamp: Path, inputs: str, makes: Iterable[Path]) -> None:
    """Say that a step is finished.

    Where links lead is kept: an environment whose Python has been replaced is made anew.
    """
    made = {path.name: _target(path) for path in makes}
    write_json(stamp, {"inputs": inputs, "makes": made}, mode=0o644)


def _target(path: Path) -> str | None:
    return os.path.realpath(path) if path.is_symlink() else None


def _sources(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _MADE_BY_TOOLS)
        for name in sorted(files):
            if not name.endswith((".pyc", ".tsbuildinfo")):
                yield Path(place, name)
