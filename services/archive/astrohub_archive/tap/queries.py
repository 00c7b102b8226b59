"""Queries: from who asks and what, to an answer."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakSet

from ..adql import understand
from ..catalog import Catalog
from ..engine import Answer, Pool
from ..errors import BusyError, CredentialsRequired, UnknownTable
from ..identity import READ_ARCHIVE, require_scope
from ..models import Principal, Statement
from ..settings import Limits
from .query_request import QueryRequest

__all__ = ["Queries", "digest"]

# Understanding holds the interpreter: more threads would make nothing faster, only longer queues.
_READERS = 2


def digest(text: str) -> str:
    """Return a short name for a query's text, fit for logs."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


class Queries:
    """Answers queries while their callers wait.

    Parameters
    ----------
    catalog
        What may be queried.
    pool
        Where queries run.
    limits
        What a query may ask for.
    """

    def __init__(self, catalog: Catalog, pool: Pool, limits: Limits) -> None:
        self._catalog = catalog
        self._pool = pool
        self.limits = limits
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="adql")
        self._waiting: set[asyncio.Task[Answer]] = set()
        self._streaming: WeakSet[Answer] = WeakSet()
        self._is_stopping = False

    async def understand(self, principal: Principal, text: str) -> Statement:
        """Turn a query's text into a statement that this caller may run.

        Raises
        ------
        Forbidden
            The caller's token does not allow queries.
        CredentialsRequired
            A caller without a token names something that is not public, be it there or not.
        QueryError
            The query is not understood, or not allowed.
        """
        require_scope(principal, READ_ARCHIVE)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, understand, text, self._catalog, self.limits)
        except UnknownTable as e:
            if not principal.is_anonymous:
                raise
            raise _ask_for_token(e) from e

    async def answer(self, principal: Principal, request: QueryRequest) -> Answer:
        """Return the answer to a query once its first bytes are there.

        Raises
        ------
        ArchiveError
            As `understand` and `engine.Pool.run` do; `BusyError` when the service is being stopped.
        """
        statement = await self.understand(principal, request.text)
        if self._is_stopping:
            raise _stopping()
        running = asyncio.create_task(
            self._pool.run(statement, fmt=request.format, maxrec=request.maxrec, timeout_s=self.limits.sync_s)
        )
        self._waiting.add(running)
        try:
            answer = await running
            self._streaming.add(answer)
            return answer
        except asyncio.CancelledError as e:
            if self._is_stopping:
                raise _stopping() from e
            raise
        finally:
            self._waiting.discard(running)

    def stop(self) -> None:
        """Tell everybody who still waits for the first bytes to come again."""
        self._is_stopping = True
        for running in self._waiting:
            running.cancel()

    def break_off(self) -> None:
        """End the answers that are still on their way; each says so itself where its format can."""
        for answer in self._streaming:
            answer.expire_after(
                0, BusyError("The archive was restarted before the answer was whole; ask again in a moment.")
            )


def _ask_for_token(unknown: UnknownTable) -> CredentialsRequired:
    return CredentialsRequired(
        f"{unknown.message.rstrip('.')}, as far as can be seen without a token; "
        "send one if the table is not public.",
        position=unknown.position,
        suggestion=unknown.suggestion,
    )


def _stopping() -> BusyError:
    return BusyError("The archive is being restarted; ask again in a moment.")
