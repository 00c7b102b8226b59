"""Which name means which column: the tables and subqueries that a query reads, and its scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from ..errors import QueryError
from .datatypes import Type
from .languages import Language
from .nearest import nearest, with_suggestion
from .positions import position_of
from .scans import Scans
from .values import ColumnRead, Meaning, Value

__all__ = ["CommonTable", "Field", "OutputColumn", "Scope", "Source", "matches"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column that can be named in a scope, as engine SQL.

    `reads` are the columns of scans that are needed for it; `plain` says that it is the only one of
    them, unchanged.
    """

    name: str
    sql: str
    type: Type
    meaning: Meaning | None
    reads: tuple[ColumnRead, ...] = ()
    plain: bool = True

    @property
    def read(self) -> ColumnRead | None:
        """Return the column of a scan that it is, if it is nothing else."""
        return self.reads[0] if self.plain and self.reads else None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column that a query returns: its ADQL name, its name in the engine, what it is."""

    name: str
    engine_name: str
    type: Type
    meaning: Meaning | None
    read: ColumnRead | None = None


@dataclass(frozen=True)
class CommonTable:
    """One query of a WITH clause; `rows` are what it has at most, if that is known."""

    name: str
    engine_name: str
    columns: tuple[OutputColumn, ...]
    rows: int | None = None


@dataclass(frozen=True)
class Source:
    """A table or subquery in FROM: the names by which its columns can be called.

    `schema` is set for a table without an alias, which may be called by its full name too. `sql` and
    `alias` are what it is in the engine; `scan` is its number, if it is a table; `rows` are what it has
    at most, if that is known.
    """

    name: str | None
    fields: tuple[Field, ...]
    schema: str | None = None
    title: str = ""
    sql: str = ""
    alias: str = ""
    scan: int | None = None
    rows: int | None = None
    _by_name: dict[str, list[Field]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for known in self.fields:
            self._by_name.setdefault(known.name.lower(), []).append(known)

    def find(self, identifier: exp.Expr) -> list[Field]:
        """Return the columns that have a name."""
        return [f for f in self._by_name.get(identifier.name.lower(), ()) if matches(identifier, f.name)]


@dataclass(frozen=True)
class Scope:
    """What names mean in one place of a query.

    `fields` are what a name without a table and a `*` mean; columns merged by USING or NATURAL stand
    in it once. `parent` is the scope around a subquery.
    """

    text: str
    scans: Scans
    sources: tuple[Source, ...] = ()
    fields: tuple[Field, ...] = ()
    parent: Scope | None = None
    common: Mapping[str, CommonTable] = field(default_factory=dict)
    language: Language = Language.ADQL
    _by_name: dict[str, list[Field]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for known in self.fields:
            self._by_name.setdefault(known.name.lower(), []).append(known)

    def column(self, node: exp.Column) -> Value:
        """Return the value of a column that a query names.

        Raises
        ------
        QueryError
            When no column has the name, or several have.
        """
        scope: Scope | None = self
        while scope is not None:
            if (found := scope._find(node)) is not None:
                return self._value(node, found, own=scope is self)
            scope = scope.parent
        raise self._unknown(node)

    def star(self, node: exp.Column | exp.Star) -> tuple[Field, ...]:
        """Return the columns that `*` or `table.*` means."""
        if isinstance(node, exp.Star):
            return self.fields
        sources = self._sources(node)
        if not sources:
            raise self._unknown_source(node)
        return sources[0].fields

    def read(self, known: Field) -> Value:
        """Return the value of a column of this scope, and take note that it is needed."""
        for read in known.reads:
            self.scans.read(read)
        return Value(known.sql, known.type, known.meaning, read=known.read)

    def _value(self, node: exp.Column, known: Field, own: bool) -> Value:
        value = self.read(known)
        if own:
            return Value(value.sql, value.type, value.meaning, read=value.read, loose=node)
        return Value(value.sql, value.type, value.meaning)

    def _find(self, node: exp.Column) -> Field | None:
        if node.table:
            sources = self._sources(node)
            known = [f for s in sources for f in s.find(node.this)]
            if sources and not known:
                raise self._unknown(node, sources)
        else:
            known = [f for f in self._by_name.get(node.name.lower(), ()) if matches(node.this, f.name)]
            if len(known) > 1 and not node.this.args.get("quoted"):
                known = [f for f in known if f.name == node.name] or known
        if len(known) > 1:
            raise self._ambiguous(node)
        return known[0] if known else None

    def _sources(self, node: exp.Column) -> list[Source]:
        """Return the source that stands before a column's name: none if it is not of this scope."""
        table, schema = node.args.get("table"), node.args.get("db")
        found = [
            s
            for s in self.sources
            if s.name is not None
            and matches(table, s.name)
            and (schema is None or (s.schema is not None and matches(schema, s.schema)))
        ]
        if len(found) > 1 and table is not None:
            raise QueryError(
                f"The name {table.name} stands for several tables here: give each an alias.",
                position=position_of(self.text, table),
            )
        return found

    def _ambiguous(self, node: exp.Column) -> QueryError:
        places = [
            s.name
            for s in self.sources
            if s.name and any(f.name.lower() == node.name.lower() for f in s.fields)
        ]
        tip = f": write {places[0]}.{node.name} or {places[1]}.{node.name}" if len(places) > 1 else ""
        return QueryError(
            f"The column {node.name} is ambiguous here{tip}.", position=position_of(self.text, node.this)
        )

    def _unknown(self, node: exp.Column, sources: list[Source] | None = None) -> QueryError:
        if sources is None and node.table:
            return self._unknown_source(node)
        looked = list(self.sources) if sources is None else sources
        suggestion = nearest(node.name, (f.name for s in looked for f in s.fields))
        titles = [s.title for s in looked if s.title]
        where = f" in {' or '.join(titles)}" if 0 < len(titles) <= 3 else ""
        return QueryError(
            with_suggestion(f"There is no column {node.name}{where}", suggestion),
            position=position_of(self.text, node.this),
            suggestion=suggestion,
        )

    def _unknown_source(self, node: exp.Column) -> QueryError:
        parts = [node.args[k] for k in ("catalog", "db", "table") if node.args.get(k)]
        name = ".".join(part.name for part in parts)
        suggestion = nearest(name, (s.name for s in self.sources if s.name))
        place = (
            position_of(self.text, node.args["table"]) if len(parts) == 1 else position_of(self.text, node)
        )
        return QueryError(
            with_suggestion(f"FROM names no table {name}", suggestion), position=place, suggestion=suggestion
        )


def matches(identifier: exp.Expr | None, name: str) -> bool:
    """Say whether an identifier of a query means `name`: exactly if quoted, else whatever the case."""
    if identifier is None:
        return False
    if identifier.args.get("quoted"):
        return identifier.name == name
    return identifier.name.lower() == name.lower()
