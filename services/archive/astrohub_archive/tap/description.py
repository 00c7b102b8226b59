"""What the service says of itself: availability, capabilities, tables, examples."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from ..catalog import Catalog
from ..engine import Pool
from ..errors import CredentialsRequired, NotFound, UsageError
from ..ivoa import vosi
from ..ivoa.parameters import Parameters, shortened
from ..models import Principal, Schema, Table
from ..reader import Reader
from ..settings import Limits
from .capabilities import capabilities_document
from .data_models import data_models
from .examples import examples_document

__all__ = ["Description"]


class Description:
    """The documents of VOSI 1.1 and DALI 1.1's examples.

    Parameters
    ----------
    reader
        Knows what there is for a caller.
    pool
        Where queries run.
    limits
        What a request may ask for.
    """

    def __init__(self, reader: Reader, pool: Pool, limits: Limits) -> None:
        self._reader = reader
        self._pool = pool
        self._limits = limits
        self._up_since = datetime.now(UTC)
        self._public_tables: dict[str, tuple[Catalog, bytes]] = {}

    def availability(self) -> bytes:
        """Return whether queries are answered."""
        health = self._pool.healthy()
        return vosi.availability(available=health.available, note=health.note, up_since=self._up_since)

    def capabilities(self, tap_url: str) -> bytes:
        """Return what can be done at this address."""
        return capabilities_document(tap_url, self._limits, data_models(self._reader.catalog))

    async def tables(self, principal: Principal, parameters: Parameters) -> bytes:
        """Return all tables that there are for the caller; with `detail=min` without their columns.

        Raises
        ------
        UsageError
            When `detail` is something else.
        """
        detail = (parameters.one("DETAIL") or "max").lower()
        if detail not in ("min", "max"):
            raise UsageError(f"detail must be min or max, not {shortened(detail)!r}.")
        catalog = await self._reader.catalog_of(principal)
        known = self._public_tables.get(detail)
        if known is not None and known[0] is catalog:
            return known[1]
        document = await asyncio.to_thread(vosi.tableset, catalog.schemas, with_columns=detail == "max")
        if catalog is self._reader.catalog:
            # What is the same for everybody is written once: of 20,000 columns it takes half a second.
            self._public_tables[detail] = catalog, document
        return document

    async def table(self, principal: Principal, name: str) -> bytes:
        """Return one table with its columns.

        Raises
        ------
        CredentialsRequired, NotFound
            When there is none for the caller.
        """
        found = _find(await self._reader.catalog_of(principal), name)
        if found is not None:
            return vosi.table(*found)
        if principal.is_anonymous:
            raise CredentialsRequired(
                f"There is no public table {shortened(name)}; send a token if it is not a public one."
            )
        raise NotFound(f"There is no table {shortened(name)}.")

    def examples(self) -> bytes:
        """Return queries to begin with."""
        return examples_document(self._reader.catalog)


def _find(catalog: Catalog, name: str) -> tuple[Table, Schema] | None:
    schema_name, dot, table_name = name.partition(".")
    table = catalog.table(schema_name, table_name) if dot else catalog.table(None, name)
    if table is None:
        return None
    return table, next(schema for schema in catalog.schemas if schema.name == table.schema)
