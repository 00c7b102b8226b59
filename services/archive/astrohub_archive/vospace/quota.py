"""How much a home may hold: measured on disk, remembered for a moment, with what is being written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ..errors import QuotaExceeded
from .faults import translated
from .nodes import Room
from .tree import Tree

__all__ = ["Claim", "Quota"]

# A measurement counts for so many times as long as it took: a small home is as good as always measured.
_MEMORY = 5
_LONGEST_MEMORY_S = 60.0


@dataclass
class _Use:
    size: int
    until: float
    pending: int = 0


class Quota:
    """Refuses what would make a home too large, before it is kept.

    Users write into their homes from their servers as well, so that only the disk knows what is there.

    Parameters
    ----------
    homes
        Tree of users' homes.
    limit_bytes
        What one home may hold.
    """

    def __init__(self, homes: Tree, limit_bytes: int) -> None:
        self._homes = homes
        self._limit = limit_bytes
        self._uses: dict[str, _Use] = {}

    async def room(self, owner: str) -> Room:
        """Return how much a home holds and may hold."""
        return Room((await self._measured(owner)).size, self._limit)

    @asynccontextmanager
    async def claim(self, owner: str, size: int) -> AsyncIterator[Claim]:
        """Reserve room while something is written.

        Raises
        ------
        QuotaExceeded
            When there is not so much left.
        """
        claim = Claim(self, owner)
        try:
            await claim.reach(size)
            yield claim
        finally:
            claim.end()

    def forget(self, owner: str) -> None:
        """Measure anew at the next occasion."""
        if owner in self._uses:
            self._uses[owner].until = float("-inf")

    async def add(self, owner: str, size: int) -> None:
        """Count bytes as being written."""
        use = await self._measured(owner)
        if size > 0 and use.size + use.pending + size > self._limit:
            self.forget(owner)
            use = await self._measured(owner)
            if use.size + use.pending + size > self._limit:
                raise QuotaExceeded(_refusal(use.size, self._limit))
        use.pending += size

    def settle(self, owner: str, pending: int, kept: int) -> None:
        """Count bytes as no longer being written; `kept` of them are on disk."""
        use = self._uses.get(owner)
        if use is not None:
            use.pending -= pending
            use.size += kept

    async def _measured(self, owner: str) -> _Use:
        use = self._uses.get(owner)
        if use is None or time.monotonic() > use.until:
            begun = time.monotonic()
            size = await asyncio.to_thread(self._measure, owner)
            now = time.monotonic()
            use = self._uses.setdefault(owner, _Use(0, 0))
            use.size, use.until = size, now + min(_LONGEST_MEMORY_S, _MEMORY * (now - begun))
        return use

    def _measure(self, owner: str) -> int:
        with translated(f"home/{owner}"):
            return self._homes.size((owner,))


class Claim:
    """Room reserved for one thing that is being written."""

    def __init__(self, quota: Quota, owner: str) -> None:
        self._quota = quota
        self._owner = owner
        self._size = 0
        self._kept = False

    async def reach(self, size: int) -> None:
        """Have room for `size` bytes in all."""
        if size > self._size:
            await self._quota.add(self._owner, size - self._size)
            self._size = size

    def keep(self) -> None:
        """Say that what was written stays."""
        self._kept = True

    def end(self) -> None:
        """Give the reservation back."""
        self._quota.settle(self._owner, self._size, self._size if self._kept else 0)


def _refusal(used: int, limit: int) -> str:
    return (
        f"This does not fit into your home: it holds {used:,} of {limit:,} bytes. "
        "Remove files that you no longer need, then try again."
    )
