"""What was read of indexes lately, so that it need not be read again."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

import numpy as np

__all__ = ["Kept", "Rows"]

# Somebody who has asked for an object asks for it again, and a class asks for what its teacher does.
_MOST_KEPT_ROWS = 4 * 1024**2

_Numbers = np.ndarray[Any, np.dtype[Any]]

Rows = tuple[_Numbers, _Numbers]
"""Identifiers, and the order 29 cells in which they stand."""


class Kept:
    """What was read of indexes' row groups lately; several threads may ask at once.

    Parameters
    ----------
    most_rows
        How many rows are kept, 16 bytes each.
    """

    def __init__(self, most_rows: int = _MOST_KEPT_ROWS) -> None:
        self._most_rows = most_rows
        self._rows = 0
        self._guard = threading.Lock()
        self._groups: dict[Hashable, Rows] = {}

    def get(self, key: Hashable) -> Rows | None:
        """Return the rows of a group, if they are known."""
        with self._guard:
            known = self._groups.pop(key, None)
            if known is not None:
                self._groups[key] = known
            return known

    def put(self, key: Hashable, rows: Rows) -> None:
        """Keep the rows of a group in the place of what was asked for longest ago."""
        # Texts are too large to be kept.
        if rows[0].dtype != object:
            with self._guard:
                if key not in self._groups:
                    self._rows += len(rows[0])
                self._groups[key] = rows
                while self._rows > self._most_rows:
                    self._rows -= len(self._groups.pop(next(iter(self._groups)))[0])
