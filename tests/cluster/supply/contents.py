"""Names of cached things: a digest of everything that they are made of."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..places import CACHE

__all__ = ["digest", "in_one_piece", "one_builder"]

#: What was made longer ago, and is not what is asked for, goes when something new is made.
_LIFE_S = 14 * 24 * 3600


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
    """Give an empty folder that takes the place of `target` once all of it is made; old siblings go."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    try:
        yield made
        made.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(made, target)
        for sibling in target.parent.iterdir():
            if time.time() - sibling.stat().st_mtime > _LIFE_S:
                shutil.rmtree(sibling, ignore_errors=True)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def one_builder(waiting: Callable[[], None]) -> Iterator[None]:
    """Let one process at a time fill the cache; `waiting` is called when another one is at it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
