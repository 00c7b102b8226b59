"""The reader: what tables there are for a caller, and a query's text understood among just these."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .adql import Language
from .catalog import Catalog
from .catalog.tap_schema import publish_for_one
from .errors import CredentialsRequired, QueryError, UnknownTable
from .identity import READ_ARCHIVE, require_scope
from .interpreters.forms import Forms
from .interpreters.pool import Interpreters
from .models import Principal, Schema, Statement

__all__ = ["MYDB", "TAP_UPLOAD", "Reader"]

MYDB = "mydb"
"""The schema in which callers find the tables of their own."""

TAP_UPLOAD = "TAP_UPLOAD"
"""The schema in which a query finds the tables that came with it."""

_TAP_SCHEMA = "tap_schema"


class Reader:
    """Understands queries, each among the tables that its caller may read.

    Parameters
    ----------
    catalog
        What is public.
    own_tables
        Looks up the schema of a user's own tables by the user's name, for a query's text if there is one;
        it may block.
    interpreters
        Understand texts.
    work_dir
        What TAP_SCHEMA says to the owners of tables is written below it.
    """

    def __init__(
        self,
        catalog: Catalog,
        own_tables: Callable[[str, str | None], Schema],
        interpreters: Interpreters,
        work_dir: Path,
    ) -> None:
        self.catalog = catalog
        self._own_tables = own_tables
        self._interpreters = interpreters
        self._tap_schemas = work_dir / "own_tap_schema"
        self._forms = Forms()

    async def start(self) -> None:
        """Begin to start what understands texts."""
        await self._interpreters.start()

    async def stop(self) -> None:
        """End it."""
        await self._interpreters.stop()

    async def renew(self, catalog: Catalog) -> None:
        """Let queries be of what is public now."""
        await self._interpreters.renew(catalog)
        self.catalog = catalog
        self._forms.forget()

    def remembered(self, principal: Principal, text: str, language: Language) -> Statement | None:
        """Return what is known of a text because it differs in numbers only from one that was understood.

        Its SQL is not among that: what cannot be picked has to be understood after all.

        Raises
        ------
        Forbidden
            The caller's token does not allow queries.
        """
        require_scope(principal, READ_ARCHIVE)
        return self._forms.find(text, language)

    async def understand(
        self,
        principal: Principal,
        text: str,
        language: Language = Language.ADQL,
        uploaded: Schema | None = None,
    ) -> Statement:
        """Turn a query's text into a statement that this caller may run, among uploaded tables too.

        Raises
        ------
        Forbidden
            The caller's token does not allow queries.
        CredentialsRequired
            A caller without a token names something that is not public, be it there or not.
        QueryError
            The query is not understood, not allowed, or takes too long to be understood.
        BusyError, EngineError
            As `Interpreters.understand` does.
        """
        require_scope(principal, READ_ARCHIVE)
        catalog = self.catalog
        try:
            statement = await self._understand(principal.name, text, language, uploaded)
            if self.catalog is catalog and self._is_public(statement):
                self._forms.learn(text, language, statement)
            return statement
        except UnknownTable as e:
            _check_uploads(e, text, uploaded)
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
        return await asyncio.to_thread(self._own_tables, principal.name, None)

    async def catalog_of(self, principal: Principal) -> Catalog:
        """Return all that the caller may query.

        Raises
        ------
        Forbidden
            The caller's token does not allow reading.
        """
        own = await self.own_schema(principal)
        return self.catalog if own is None else _with_own(self.catalog, own)

    def _is_public(self, statement: Statement) -> bool:
        """Say whether it means the same whoever says it: it names what is public, and is so now."""
        tables = [scan.table for scan in statement.scans]
        return all(self.catalog.table(table.schema, table.name) is table for table in tables)

    async def _understand(
        self, user: str | None, text: str, language: Language, uploaded: Schema | None
    ) -> Statement:
        understand = partial(self._interpreters.understand, language=language)
        came = () if uploaded is None else (uploaded,)
        if user is None:
            return await understand(text, came)
        # A user's own tables are found by their full names only: a query without the word cannot mean one.
        # But TAP_SCHEMA lists them.
        if any(word in text.lower() for word in (MYDB, _TAP_SCHEMA)):
            return await understand(text, (*came, *await asyncio.to_thread(self._own_schemas, user, text)))
        try:
            return await understand(text, came)
        except UnknownTable:
            # Among the caller's own tables there may be one whose name was written without the schema.
            return await understand(text, (*came, *await asyncio.to_thread(self._own_schemas, user, text)))

    def _own_schemas(self, user: str, text: str) -> tuple[Schema, ...]:
        if _TAP_SCHEMA not in text.lower():
            return (self._own_tables(user, text),)
        own = self._own_tables(user, None)
        if not own.tables:
            return (own,)
        # No name of a user is a name of a folder, and no folder tells whose it is.
        folder = self._tap_schemas / hashlib.sha256(user.encode()).hexdigest()[:32]
        return (self._own_tables(user, text), publish_for_one(self.catalog, own, folder))


def _with_own(catalog: Catalog, own: Schema) -> Catalog:
    return catalog.with_schema(own, qualified_only=True)


def _check_uploads(unknown: UnknownTable, text: str, uploaded: Schema | None) -> None:
    """Say so when a query names a table that was to come with it, and has not."""
    at = unknown.position
    if at is None:
        return
    word = text.splitlines()[at.line - 1][at.column - 1 : at.end_column - 1]
    if not word.lower().startswith(f"{TAP_UPLOAD.lower()}."):
        return
    came = " and ".join(table.qualified_name for table in uploaded.tables) if uploaded else "no table"
    raise QueryError(
        f"There is no table {word[:200]}: with this query came {came}; UPLOAD says which tables come.",
        position=at,
    ) from unknown


def _ask_for_token(unknown: UnknownTable) -> CredentialsRequired:
    return CredentialsRequired(
        f"{unknown.message.rstrip('.?')}, as far as can be seen without a token; "
        "send one if the table is not public.",
        position=unknown.position,
        suggestion=unknown.suggestion,
    )
