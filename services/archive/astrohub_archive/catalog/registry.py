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
    """

    def __init__(self, schemas: Iterable[Schema], problems: Iterable[str] = ()) -> None:
        self.schemas: tuple[Schema, ...] = tuple(schemas)
        self.problems: tuple[str, ...] = tuple(problems)
        self._qualified: dict[tuple[str, str], Table] = {}
        self._bare: dict[str, list[Table]] = {}
        for schema in self.schemas:
            for table in schema.tables:
                self._qualified[schema.name.lower(), table.name.lower()] = table
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
        near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
        return names[near[0]] if near else None

    def with_schema(self, schema: Schema) -> Catalog:
        """Return a catalog that has one schema more, or in place of the one of the same name."""
        kept = [known for known in self.schemas if known.name.lower() != schema.name.lower()]
        return Catalog([*kept, schema], self.problems)
