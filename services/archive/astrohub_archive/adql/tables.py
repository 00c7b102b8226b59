"""FROM: tables, subqueries and joins as engine SQL, and the names that they bring into scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from sqlglot import exp

from ..catalog import Catalog
from ..errors import QueryError, UnknownTable
from ..models import Table
from .arithmetic import brought_to
from .datatypes import common_type, type_of_column
from .expressions import Expressions, Subqueries
from .nearest import with_suggestion
from .positions import position_of
from .scans import Scans
from .sources import CommonTable, Field, OutputColumn, Scope, Source, matches
from .values import ColumnRead, Meaning, Value, quoted
from .vocabulary import FOREIGN_WORDS

__all__ = ["From", "Relation"]


@dataclass(frozen=True)
class Relation:
    """A table, a subquery or a join of them, as it stands in FROM.

    `scans` are those whose rows its rows are made of.
    """

    sql: str
    sources: tuple[Source, ...]
    fields: tuple[Field, ...]
    scans: frozenset[int]


class From:
    """Writes the FROM clauses of one query.

    Parameters
    ----------
    text
        The query's text, for positions.
    catalog
        What tables there are.
    scans
        Where tables are taken note of.
    subqueries
        What writes a query in FROM or in a join's condition.
    """

    def __init__(self, text: str, catalog: Catalog, scans: Scans, subqueries: Subqueries) -> None:
        self._text = text
        self._catalog = catalog
        self._scans = scans
        self._subqueries = subqueries
        self._numbers: Iterator[int] = count()

    def scope(self, select: exp.Select, outer: Scope) -> tuple[str, Scope]:
        """Write a FROM clause; return it with the scope of the clauses after it.

        `outer` is the scope around the query: its names can be used in conditions, not in FROM.
        """
        relations: list[Relation] = []
        current = self._relation(select.args["from_"].this, outer)
        for join in select.args.get("joins") or ():
            if join.args.get("kind") == "COMMA":
                relations.append(current)
                current = self._relation(join.this, outer)
            else:
                current = self._joined(current, join, outer)
        relations.append(current)
        sources = tuple(source for relation in relations for source in relation.sources)
        self._check_names(select, sources)
        fields = tuple(field for relation in relations for field in relation.fields)
        sql = ", ".join(relation.sql for relation in relations)
        return sql, replace(outer, sources=sources, fields=fields)

    def _relation(self, node: exp.Expr, outer: Scope) -> Relation:
        if isinstance(node, exp.Table):
            first = self._table(node, outer.common)
            for join in node.args.get("joins") or ():
                first = self._joined(first, join, outer)
            return first
        if (
            isinstance(node, exp.Subquery)
            and isinstance(node.this, (exp.Table, exp.Subquery))
            and _is_bare(node)
        ):
            inner = self._relation(node.this, outer)
            return replace(inner, sql=f"({inner.sql})")
        if isinstance(node, exp.Subquery):
            return self._derived(node, outer)
        raise QueryError("FROM takes tables and subqueries.", position=position_of(self._text, node))

    # ---- tables and subqueries

    def _table(self, node: exp.Table, common: Mapping[str, CommonTable]) -> Relation:
        self._check_form(node)
        alias = node.args.get("alias")
        if node.args.get("db") is None and (query := common.get(node.name.lower())) is not None:
            if matches(node.this, query.name):
                name = alias.this.name if alias else query.name
                return self._rows(quoted(query.engine_name), query.columns, name)
        table = self._published(node)
        scan = self._scans.add(table)
        engine_alias = self._alias()
        fields = tuple(
            Field(
                column.name,
                f"{quoted(engine_alias)}.{quoted(column.name)}",
                type_of_column(column),
                Meaning.of(column),
                (ColumnRead(scan, column.name),),
            )
            for column in table.columns
        )
        source = Source(
            name=alias.this.name if alias else table.name,
            fields=fields,
            schema=None if alias else table.schema,
            title=table.qualified_name,
        )
        sql = f"{quoted(self._scans.alias(scan))} AS {quoted(engine_alias)}"
        return Relation(sql, (source,), fields, frozenset({scan}))

    def _check_form(self, node: exp.Table) -> None:
        alias = node.args.get("alias")
        if not isinstance(node.this, exp.Identifier):
            raise QueryError(
                "FROM takes the tables of this archive and subqueries, no functions.",
                position=position_of(self._text, node.this),
            )
        if alias is not None and alias.args.get("columns"):
            name = alias.this.name if alias.this else ""
            said = (
                f"{name.upper()} is not part of an ADQL query."
                if name.upper() in FOREIGN_WORDS
                else "Only a subquery can be given names of columns after its alias."
            )
            raise QueryError(said, position=position_of(self._text, alias))

    def _published(self, node: exp.Table) -> Table:
        schema, name = node.args.get("db"), node.this
        table = None
        if node.args.get("catalog") is None:
            table = self._catalog.table(schema.name if schema else None, name.name)
        if (
            table is not None
            and matches(name, table.name)
            and (schema is None or matches(schema, table.schema))
        ):
            return table
        full = ".".join(node.args[k].name for k in ("catalog", "db", "this") if node.args.get(k))
        suggestion = self._catalog.nearest_table(full[:200])
        raise UnknownTable(
            with_suggestion(f"There is no table {full[:200]}", suggestion),
            position=position_of(self._text, exp.Table(**_names_only(node))),
            suggestion=suggestion,
        )

    def _derived(self, node: exp.Subquery, outer: Scope) -> Relation:
        alias = node.args.get("alias")
        inner = replace(outer, sources=(), fields=(), parent=None)
        written = self._subqueries(_without_alias(node), inner)
        columns = renamed(written.columns, alias, self._text) if alias else written.columns
        return self._rows(f"({written.sql})", columns, alias.this.name if alias and alias.this else None)

    def _rows(self, sql: str, columns: tuple[OutputColumn, ...], name: str | None) -> Relation:
        engine_alias = self._alias()
        fields = tuple(
            Field(
                column.name,
                f"{quoted(engine_alias)}.{quoted(column.engine_name)}",
                column.type,
                column.meaning,
                (column.read,) if column.read else (),
            )
            for column in columns
        )
        source = Source(name=name, fields=fields, title=name or "")
        scans = frozenset(column.read.scan for column in columns if column.read)
        return Relation(f"{sql} AS {quoted(engine_alias)}", (source,), fields, scans)

    def _alias(self) -> str:
        return f"t{next(self._numbers)}"

    # ---- joins

    def _joined(self, left: Relation, join: exp.Join, outer: Scope) -> Relation:
        right = self._relation(join.this, outer)
        side = str(join.args.get("side") or "")
        kind = str(join.args.get("kind") or "")
        natural = join.args.get("method") == "NATURAL"
        condition, using = join.args.get("on"), join.args.get("using")
        sources = left.sources + right.sources
        scans = left.scans | right.scans
        word = f"{side} JOIN" if side else "JOIN"
        if kind == "CROSS" and not (side or natural or condition or using):
            return Relation(f"{left.sql} CROSS JOIN {right.sql}", sources, left.fields + right.fields, scans)
        if kind == "CROSS" or (kind == "OUTER" and not side) or (kind == "INNER" and side):
            raise QueryError("This is no kind of JOIN in ADQL.", position=position_of(self._text, join))
        if natural or using:
            names = self._common_names(left, right) if natural else list(using or ())
            return self._merged(left, right, names, f"{left.sql} {word} {right.sql}", side)
        if condition is None:
            raise QueryError(
                "JOIN needs ON, USING or NATURAL to say which rows belong together.",
                position=position_of(self._text, join.this),
            )
        scope = replace(outer, sources=sources, fields=left.fields + right.fields)
        self._check_names(join, sources)
        value = Expressions(scope, self._subqueries, "ON").condition(condition)
        bound = {"": scans, "LEFT": right.scans, "RIGHT": left.scans}.get(side, frozenset())
        for restriction in value.restrictions:
            if restriction.scan in bound:
                self._scans.restrict(restriction)
        sql = f"{left.sql} {word} {right.sql} ON {value.sql}"
        return Relation(sql, sources, left.fields + right.fields, scans)

    def _common_names(self, left: Relation, right: Relation) -> list[exp.Expr]:
        known = {field.name.lower() for field in right.fields}
        return [exp.Identifier(this=f.name, quoted=True) for f in left.fields if f.name.lower() in known]

    def _merged(
        self, left: Relation, right: Relation, names: list[exp.Expr], sql: str, side: str
    ) -> Relation:
        """Return a join over columns of the same name, each of which stands in the result once."""
        merged: list[Field] = []
        conditions = []
        taken: set[int] = set()
        for name in names:
            first, second = self._shared(left, name), self._shared(right, name)
            if common_type([first.type, second.type]) is None:
                raise QueryError(
                    f"The columns {first.name} cannot be compared: one is {first.type.noun},"
                    f" the other {second.type.noun}.",
                    position=position_of(self._text, name),
                )
            conditions.append(f"{first.sql} = {second.sql}")
            for field in (first, second):
                for read in field.reads:
                    self._scans.read(read)
            merged.append(_merged_field(first, second, side))
            taken |= {id(first), id(second)}
        rest = tuple(f for f in left.fields + right.fields if id(f) not in taken)
        on = " AND ".join(conditions) or "TRUE"
        sources, scans = left.sources + right.sources, left.scans | right.scans
        return Relation(f"{sql} ON ({on})", sources, (*merged, *rest), scans)

    def _shared(self, relation: Relation, name: exp.Expr) -> Field:
        found = [f for f in relation.fields if matches(name, f.name) or f.name.lower() == name.name.lower()]
        if len(found) == 1:
            return found[0]
        said = (
            "is in one of the joined tables only" if not found else "is ambiguous in one of the joined tables"
        )
        raise QueryError(f"The column {name.name} {said}.", position=position_of(self._text, name))

    def _check_names(self, node: exp.Expr, sources: tuple[Source, ...]) -> None:
        seen: set[tuple[str, str]] = set()
        for source in sources:
            if source.name is None:
                continue
            key = (source.name, (source.schema or "").lower())
            if key in seen:
                raise QueryError(
                    f"The name {source.name} stands for two tables here: give one an alias.",
                    position=position_of(self._text, node),
                )
            seen.add(key)


def renamed(columns: tuple[OutputColumn, ...], alias: exp.TableAlias, text: str) -> tuple[OutputColumn, ...]:
    """Return a subquery's columns under the names that stand after its alias, if any do."""
    names = alias.args.get("columns") or []
    if not names:
        return columns
    if len(names) != len(columns) or not all(isinstance(name, exp.Identifier) for name in names):
        raise QueryError(
            f"{len(names)} names are given for {len(columns)} columns.", position=position_of(text, alias)
        )
    return tuple(replace(column, name=name.name) for column, name in zip(columns, names, strict=True))


def _merged_field(first: Field, second: Field, side: str) -> Field:
    if side == "FULL":
        kind = common_type([first.type, second.type]) or first.type
        parts = [brought_to(Value(f.sql, f.type), kind).sql for f in (first, second)]
        sql = f"coalesce({', '.join(parts)})"
        return Field(first.name, sql, kind, first.meaning, first.reads + second.reads, plain=False)
    chosen = second if side == "RIGHT" else first
    return replace(chosen, name=first.name)


def _is_bare(node: exp.Subquery) -> bool:
    """Say whether parentheses hold a join or other parentheses, and nothing follows them."""
    if any(node.args.get(k) for k in ("alias", "order", "offset", "with_")):
        return False
    inner = node.this
    return isinstance(inner, exp.Table) or (isinstance(inner, exp.Subquery) and _holds_table(inner))


def _holds_table(node: exp.Expr) -> bool:
    while isinstance(node, exp.Subquery):
        node = node.this
    return isinstance(node, exp.Table)


def _without_alias(node: exp.Subquery) -> exp.Subquery:
    bare = exp.Subquery(this=node.this)
    bare.args.update({k: v for k, v in node.args.items() if k != "alias"})
    return bare


def _names_only(node: exp.Table) -> dict[str, exp.Expr]:
    return {k: node.args[k].copy() for k in ("this", "db", "catalog") if node.args.get(k)}
