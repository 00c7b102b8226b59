"""What is remembered of identified tokens: bounded in number and in time."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ..models import Principal

__all__ = ["TokenMemory"]


@dataclass(frozen=True)
class _Entry:
    principal: Principal | None
    at: float


class TokenMemory:
    """Principals by token; the tokens themselves are not kept, only their digests.

    Parameters
    ----------
    most
        Tokens remembered at most; the one used longest ago is forgotten first.
    clock
        A clock that never goes back, in seconds.
    """

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def __len__(self) -> int:
        """Return how many tokens are remembered."""
        return len(self._entries)

    def remember(self, token: str, principal: Principal | None) -> None:
        """Keep whose a token is; None says that the hub does not know it."""
        key = _digest(token)
        self._entries[key] = _Entry(principal, self._clock())
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def recall(self, token: str, *, within_s: float) -> Principal | None:
        """Return whose a token was when it was last asked for, if that is not longer ago than `within_s`.

        Raises
        ------
        KeyError
            When nothing, or nothing so recent, is remembered of it.
        """
        key = _digest(token)
        entry = self._entries[key]
        if self._clock() - entry.at > within_s:
            raise KeyError(key)
        self._entries.move_to_end(key)
        return entry.principal


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
