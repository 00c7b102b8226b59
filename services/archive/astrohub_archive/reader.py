"""The reader: what tables there are for a caller, and a query's text understood among just these."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .adql import understand
from .catalog import Catalog
from .errors import CredentialsRequired, UnknownTable
from .identity import READ_ARCHIVE, require_scope
from .models import Principal, Schema, Statement
from .settings import Limits

__all__ = ["MYDB", "Reader"]

MYDB = "mydb"
"""The schema in which callers find the tables of their own."""

# Understanding holds the interpreter: more threads would make nothing faster, only longer queues.
_THREADS = 2


class Reader:
    """Understands queries, each among the tables that its caller may read.

    Parameters
    ----------
    catalog
        What is public.
    own_tables
        Looks up the schema of a user's own tables by the user's name; it may block.
    limits
        What a query may ask for.
    """

    def __init__(self, catalog: Catalog, own_tables: Callable[[str], Schema], limits: Limits) -> None:
        self.catalog = catalog
        self._own_tables = own_tables
        self._limits = limits
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="adql")

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
            return await loop.run_in_executor(self._threads, self._understand, principal.name, text)
        except UnknownTable as e:
            if not principal.is_anonymous:
                raise
            raise _ask_for_token(e) from e

    async def own_schema(self, principal: Principal) -> Schema | None:
        """Return the schema of the caller's own tables; nobody in particular has none.

        Raises
        ------
        Forbidden
            The caller's token does not allow reading.
        """
        require_scope(principal, READ_ARCHIVE)
        if principal.name is None:
            return None
        return await asyncio.to_thread(self._own_tables, principal.name)

    async def catalog_of(self, principal: Principal) -> Catalog:
        """Return all that the caller may query.

        Raises
        ------
        Forbidden
            The caller's token does not allow reading.
        """
        own = await self.own_schema(principal)
        return self.catalog if own is None else _with_own(self.catalog, own)

    def _understand(self, user: str | None, text: str) -> Statement:
        if user is None:
            return understand(text, self.catalog, self._limits)
        # A user's own tables are found by their full names only: a query without the word cannot mean one.
        if MYDB in text.lower():
            return understand(text, _with_own(self.catalog, self._own_tables(user)), self._limits)
        try:
            return understand(text, self.catalog, self._limits)
        except UnknownTable:
            # Among the caller's own tables there may be one whose name was written without the schema.
            return understand(text, _with_own(self.catalog, self._own_tables(user)), self._limits)


def _with_own(catalog: Catalog, own: Schema) -> Catalog:
    return catalog.with_schema(own, qualified_only=True)


def _ask_for_token(unknown: UnknownTable) -> CredentialsRequired:
    return CredentialsRequired(
        f"{unknown.message.rstrip('.')}, as far as can be seen without a token; "
        "send one if the table is not public.",
        position=unknown.position,
        suggestion=unknown.suggestion,
    )
