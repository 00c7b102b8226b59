"""Explaining a query: it is understood and planned as if it were to be run, and is not run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ..engine import Estimate, Pool
from ..identity import Identity
from ..models import Principal, Statement
from ..reader import Reader

__all__ = ["Cost", "Explain", "Explained", "Weigh"]

_PLAN_S = 2.0


@dataclass(frozen=True)
class Cost:
    """What the rows of a query take as a table in MyDB.

    Attributes
    ----------
    size_bytes
        About how many bytes; None where nobody knows.
    warning
        A sentence for the caller when that is more than is left.
    """

    size_bytes: int | None
    warning: str | None = None


Weigh = Callable[[str | None, Statement, int | None], Cost]
"""Weighs about so many rows of a statement against the room that a user has left; it blocks."""


@dataclass(frozen=True)
class Explained:
    """What a query would read and answer, and what its rows would take as a table."""

    estimate: Estimate
    cost: Cost


class Explain:
    """Says what queries would cost.

    Parameters
    ----------
    identity
        Says who asks.
    reader
        Understands a query among the tables that its caller may read.
    pool
        Where it would run.
    weigh
        Says what the rows would take.
    """

    def __init__(self, identity: Identity, reader: Reader, pool: Pool, weigh: Weigh) -> None:
        self.identity = identity
        self._reader = reader
        self._pool = pool
        self._weigh = weigh

    async def of(self, principal: Principal, text: str) -> Explained:
        """Say what a query would cost.

        Raises
        ------
        ArchiveError
            As `Reader.understand` does.
        """
        statement = await self._reader.understand(principal, text)
        estimate = await self._pool.explain(statement, timeout_s=_PLAN_S)
        cost = await asyncio.to_thread(self._weigh, principal.name, statement, estimate.rows)
        return Explained(estimate, cost)
