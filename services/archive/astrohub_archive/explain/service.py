"""Explaining a query: it is understood and planned as if it were to be run, and is not run."""

from __future__ import annotations

from ..engine import Estimate, Pool
from ..identity import Identity
from ..models import Principal
from ..reader import Reader

__all__ = ["Explain"]

_PLAN_S = 2.0


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
    """

    def __init__(self, identity: Identity, reader: Reader, pool: Pool) -> None:
        self.identity = identity
        self._reader = reader
        self._pool = pool

    async def of(self, principal: Principal, text: str) -> Estimate:
        """Say what a query would cost.

        Raises
        ------
        ArchiveError
            As `Reader.understand` does.
        """
        statement = await self._reader.understand(principal, text)
        return await self._pool.explain(statement, timeout_s=_PLAN_S)
