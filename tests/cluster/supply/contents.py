"""Names of cached things: a digest of everything that they are made of."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["digest", "in_one_piece"]


def digest(*ingredients: Path | str) -> str:
    """Return a short digest of texts, files and whole folders."""
    total = hashlib.sha256()
    for ingredient in ingredients:
        files = [ingredient]
        if isinstance(ingredient, Path) and ingredient.is_dir():
            files = sorted(file for file in ingredient.rglob("*") if file.is_file())
        total.update(b"".join(_digest(file) for file in files))
    return total.hexdigest()[:16]


def _digest(ingredient: Path | str) -> bytes:
    if isinstance(ingredient, str):
        return hashlib.sha256(ingredient.encode()).digest()
    return hashlib.sha256(ingredient.name.encode() + b"\0" + ingredient.read_bytes()).digest()


@contextmanager
def in_one_piece(target: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `target` once all of it is made; keep no older sibling."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    try:
        yield made
        made.chmod(0o755)
        for old in target.parent.iterdir():
            if old != made:
                shutil.rmtree(old, ignore_errors=True)
        os.rename(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
