"""The catalog: every published schema and table, found by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..models import Schema, Table

__all__ = ["Catalog"]


class Catalog:
    """All published schemas; unchanging once built.

    Parameters
    ----------
    schemas
        What is published, in the order in which it is shown.
    problems
        One sentence for each table that was described but had to be left out.
    qualified_only
        Schemas whose tables are found by their full names only: they never change what a bare name means.
    """

    def __init__(
        self, schemas: Iterable[Schema], problems: Iterable[str] = (), qualified_only: Iterable[str] = ()
    ) -> None:
        self.schemas: tuple[Schema, ...] = tuple(schemas)
        self.problems: tuple[str, ...] = tuple(problems)
        self._qualified_only = frozenset(name.lower() for name in qualified_only)
        self._qualified: dict[tuple[str, str], Table] = {}
        self._bare: dict[str, list[Table]] = {}
        for schema in self.schemas:
            for table in schema.tables:
                self._qualified[schema.name.lower(), table.name.lower()] = table
                if schema.name.lower() not in self._qualified_only:
                    self._bare.setdefault(table.name.lower(), []).append(table)

    def tables(self) -> tuple[Table, ...]:
        """Return every table, schema by schema."""
        return tuple(table for schema in self.schemas for table in schema.tables)

    def table(self, schema: str | None, name: str) -> Table | None:
        """Find a table by name, whatever the case.

        Parameters
        ----------
        schema
            Its schema; without one, a table is found if no other schema has one of that name.
        name
            Its bare name.
        """
        if schema is not None:
            return self._qualified.get((schema.lower(), name.lower()))
        found = self._bare.get(name.lower(), [])
        return found[0] if len(found) == 1 else None

    def nearest_table(self, name: str) -> str | None:
        """Return the qualified name of the table that `name` (bare or qualified) may have meant."""
        wanted = name.lower()
        names = {table.qualified_name.lower(): table.qualified_name for table in self.tables()}
        for bare, tables in self._bare.items():
            if len(tables) == 1:
                names.setdefault(bare, tables[0].qualified_name)
        for table in self.tables():
            if table.schema.lower() in self._qualified_only and table.name.lower() not in self._bare:
                names.setdefault(table.name.lower(), table.qualified_name)
        near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
        return names[near[0]] if near else None

    def with_schema(self, schema: Schema, *, qualified_only: bool = False) -> Catalog:
        """Return a catalog that has one schema more, or in place of the one of the same name.

        Parameters
        ----------
        schema
            The schema.
        qualified_only
            Whether its tables are found by their full names only.
        """
        kept = [known for known in self.schemas if known.name.lower() != schema.name.lower()]
        only = {schema.name, *self._qualified_only} if qualified_only else self._qualified_only
        return Catalog([*kept, schema], self.problems, only)
