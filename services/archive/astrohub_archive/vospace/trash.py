"""What was deleted, kept for a while: beside the homes on the same disk, so deleting is only renaming."""

from __future__ import annotations

import json
import os
import secrets
import time

from ..errors import NotFound
from .paths import Parts, shown
from .tree import Tree

__all__ = ["Trash"]

TRASH = ".trash"
_ITEM, _ORIGIN = "item", "origin.json"


class Trash:
    """The deleted things of all users, one folder a user, one a thing.

    Parameters
    ----------
    homes
        Tree of users' homes.
    keep_s
        Seconds for which a thing can be restored.
    limit_bytes
        What one user's deleted things may take; beyond it the oldest go first.
    """

    def __init__(self, homes: Tree, *, keep_s: float, limit_bytes: int) -> None:
        self._homes = homes
        self._keep_s = keep_s
        self._limit_bytes = limit_bytes

    def put(self, owner: str, parts: Parts) -> Parts:
        """Take an entry out of its owner's home and return where it lies now."""
        for depth in ((TRASH,), (TRASH, owner)):
            self._homes.make_folder(depth, may_exist=True)
        thing: Parts = (TRASH, owner, f"{time.time_ns():020d}-{secrets.token_hex(4)}")
        self._homes.make_folder(thing)
        try:
            self._write_origin(thing, parts)
            self._homes.move(parts, (*thing, _ITEM))
        except BaseException:
            self._homes.remove(thing)
            raise
        return thing

    def restore(self, owner: str, parts: Parts) -> None:
        """Put what was deleted last under this path back.

        Raises
        ------
        NotFound
            When nothing of this path is kept.
        FileExistsError
            When there is something else of this name by now.
        """
        for thing in reversed(self._things(owner)):
            if self._origin(thing) == parts:
                for depth in range(1, len(parts)):
                    self._homes.make_folder(parts[:depth], may_exist=True)
                self._homes.move((*thing, _ITEM), parts)
                self._homes.remove(thing)
                return
        raise NotFound(
            f"No deleted {shown(('home', *parts))} is kept; deleted files are kept for {self._keep_words}."
        )

    def sweep(self) -> int:
        """Remove what has been kept long enough, and what is too much; return how many things that were."""
        if not self._homes.exists((TRASH,)):
            return 0
        return sum(self._sweep_owner(owner) for owner in self._homes.names((TRASH,)))

    def _sweep_owner(self, owner: str) -> int:
        things = self._things(owner)
        due = [thing for thing in things if time.time() - _deleted_at(thing) > self._keep_s]
        sizes = {thing: self._homes.size(thing) for thing in things if thing not in due}
        total = sum(sizes.values())
        for thing, size in sizes.items():
            if total <= self._limit_bytes:
                break
            due.append(thing)
            total -= size
        for thing in due:
            self._homes.remove(thing)
        return len(due)

    def _things(self, owner: str) -> list[Parts]:
        """Return a user's deleted things, the oldest first."""
        if not self._homes.exists((TRASH, owner)):
            return []
        return [(TRASH, owner, name) for name in sorted(self._homes.names((TRASH, owner)))]

    def _write_origin(self, thing: Parts, parts: Parts) -> None:
        opened = self._homes.create_file((*thing, _ORIGIN))
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            json.dump(list(parts), file)

    def _origin(self, thing: Parts) -> Parts | None:
        try:
            with os.fdopen(self._homes.open_file((*thing, _ORIGIN)), encoding="utf-8") as file:
                return tuple(json.load(file))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def _keep_words(self) -> str:
        hours = round(self._keep_s / 3600)
        return "an hour" if hours == 1 else f"{hours} hours"


def _deleted_at(thing: Parts) -> float:
    number = thing[-1].partition("-")[0]
    return int(number) / 1e9 if number.isdecimal() else 0.0
