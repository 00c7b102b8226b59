"""Queries: from who asks and what, to an answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar
from weakref import WeakSet

from ..adql import Language
from ..catalog.watch import CatalogWatch
from ..engine import Answer, Aside, DamagedTable, Declined, Pool, Relay, nobody
from ..errors import BusyError
from ..models import Principal, Schema, Statement
from ..reader import Reader
from ..settings import Limits
from .query_request import QueryRequest

__all__ = ["Queries", "digest"]

_T = TypeVar("_T")


def digest(text: str) -> str:
    """Return a short name for a query's text, fit for logs."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


class Queries:
    """Answers queries while their callers wait.

    Parameters
    ----------
    reader
        Understands a query among the tables that its caller may read.
    pool
        Where queries run.
    watch
        Knows whether tables were replaced.
    limits
        What a query may ask for.
    aside
        Where answers wait for slow readers.
    """

    def __init__(self, reader: Reader, pool: Pool, watch: CatalogWatch, limits: Limits, aside: Aside) -> None:
        self._reader = reader
        self._watch = watch
        self._pool = pool
        self._aside = aside
        self.limits = limits
        self._waiting: set[asyncio.Task[Answer]] = set()
        self._streaming: WeakSet[Relay] = WeakSet()
        self._is_stopping = False

    async def understand(
        self,
        principal: Principal,
        text: str,
        language: Language = Language.ADQL,
        uploaded: Schema | None = None,
    ) -> Statement:
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
        return await self._reader.understand(principal, text, language, uploaded)

    async def answer(
        self,
        principal: Principal,
        request: QueryRequest,
        uploaded: Schema | None = None,
        *,
        address: str = "",
    ) -> Relay:
        """Return the answer to a query, among uploaded tables too, once its first bytes are there.

        `address` tells callers without a token apart.

        Raises
        ------
        ArchiveError
            As `understand` and `engine.Pool.run` do; `BusyError` when the service is being stopped.
        """
        return await self.retried(lambda: self._answer(principal, request, uploaded, address))

    async def retried(self, run: Callable[[], Awaitable[_T]]) -> _T:
        """Do something that understands a query and runs it; once more if its tables were replaced meanwhile.

        Raises
        ------
        ArchiveError
            As `run` does.
        """
        generation = self._watch.generation
        try:
            return await run()
        except DamagedTable:
            if not await self._watch.catch_up(generation):
                raise
        return await run()

    async def _answer(
        self, principal: Principal, request: QueryRequest, uploaded: Schema | None, address: str
    ) -> Relay:
        running = asyncio.create_task(self._begun(principal, request, uploaded))
        self._waiting.add(running)
        try:
            relay = Relay(await running, self._aside, principal.name or nobody(address))
            self._streaming.add(relay)
            return relay
        except asyncio.CancelledError as e:
            if running.done() and not running.cancelled() and running.exception() is None:
                # It was there in the moment in which nobody wanted it any more.
                await running.result().cancel()
            if self._is_stopping:
                raise _stopping() from e
            raise
        finally:
            self._waiting.discard(running)

    async def _begun(self, principal: Principal, request: QueryRequest, uploaded: Schema | None) -> Answer:
        """Understand a query and run it; what is known by its form is not understood once more."""
        run = partial(self._pool.run, fmt=request.format, maxrec=request.maxrec, timeout_s=request.sync_s)
        known = None if uploaded else self._reader.remembered(principal, request.text, request.language)
        if known is not None and not self._is_stopping:
            with suppress(Declined):
                return await run(known)
        statement = await self.understand(principal, request.text, request.language, uploaded)
        if self._is_stopping:
            raise _stopping()
        return await run(statement)

    def stop(self) -> None:
        """Tell everybody who still waits for the first bytes to come again."""
        self._is_stopping = True
        for running in self._waiting:
            running.cancel()

    def break_off(self) -> None:
        """End the answers that are still on their way; each says so itself where its format can."""
        for relay in self._streaming:
            relay.break_off(
                BusyError("The archive was restarted before the answer was whole; ask again in a moment.")
            )


def _stopping() -> BusyError:
    return BusyError("The archive is being restarted; ask again in a moment.")
