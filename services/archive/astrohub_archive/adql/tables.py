"""FROM: tables and subqueries as engine SQL, and the names that they bring into scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from sqlglot import exp

from ..catalog import Catalog
from ..errors import QueryError, UnknownTable
from ..models import Column, Table
from .datatypes import type_of_column
from .expressions import Subqueries
from .joins import Joins, Relation, check_source_names
from .nearest import with_suggestion
from .pairing import LATERAL, Pairs
from .positions import position_of
from .scans import Scans
from .sources import CommonTable, Field, OutputColumn, Scope, Source, matches
from .values import ColumnRead, Meaning, quoted, text_sql
from .vocabulary import FOREIGN_WORDS

__all__ = ["From", "renamed"]


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
        self.pairs = Pairs(scans)
        self._joins = Joins(text, scans, subqueries, self.pairs)
        self._numbers: Iterator[int] = count()

    def scope(self, select: exp.Select, outer: Scope) -> tuple[Relation, Scope]:
        """Read a FROM clause; return what it joins with the scope of the clauses after it.

        `outer` is the scope around the query: its names can be used in conditions, not in FROM.
        """
        relations: list[Relation] = []
        current = self._relation(select.args["from_"].this, outer)
        for join in select.args.get("joins") or ():
            if isinstance(join.this, exp.Lateral):
                right = self._lateral(join, [*relations, current], outer)
            else:
                right = self._relation(join.this, outer)
            if join.args.get("kind") == "COMMA":
                relations.append(current)
                current = right
            else:
                current = self._joins.joined(current, right, join, outer)
        relations.append(current)
        sources = tuple(source for relation in relations for source in relation.sources)
        check_source_names(self._text, select.args["from_"], sources)
        fields = tuple(field for relation in relations for field in relation.fields)
        pieces = [piece for relation in relations for piece in (", ", *relation.pieces)]
        scans = frozenset(scan for relation in relations for scan in relation.scans)
        joined = Relation(tuple(pieces[1:]), sources, fields, scans)
        return joined, replace(outer, sources=sources, fields=fields)

    def written(self, relation: Relation) -> str:
        """Write what a FROM clause joins, once it is known what WHERE says about it."""
        pieces = (piece if isinstance(piece, str) else self.pairs.placed(piece) for piece in relation.pieces)
        return "".join(pieces)

    def _relation(self, node: exp.Expr, outer: Scope) -> Relation:
        if isinstance(node, exp.Table):
            first = self._table(node, outer.common)
            for join in node.args.get("joins") or ():
                first = self._joins.joined(first, self._relation(join.this, outer), join, outer)
            return first
        if (
            isinstance(node, exp.Subquery)
            and isinstance(node.this, (exp.Table, exp.Subquery))
            and _is_bare(node)
        ):
            inner = self._relation(node.this, outer)
            return replace(inner, pieces=("(", *inner.pieces, ")"))
        if isinstance(node, exp.Subquery):
            return self._derived(node, outer)
        raise QueryError("FROM takes tables and subqueries.", position=position_of(self._text, node))

    # ---- tables and subqueries

    def _table(self, node: exp.Table, common: Mapping[str, CommonTable]) -> Relation:
        self._check_form(node)
        alias = node.args.get("alias")
        query = common.get(node.name.lower()) if node.args.get("db") is None else None
        if query is not None and matches(node.this, query.name):
            name = alias.this.name if alias else query.name
            return self._rows(quoted(query.engine_name), query.columns, name, query.rows)
        table = self._published(node)
        scan = self._scans.add(table)
        engine_alias = self._alias()
        fields = tuple(
            Field(
                column.name,
                _read(column, engine_alias),
                type_of_column(column),
                Meaning.of(column),
                (ColumnRead(scan, column.name, engine_alias),),
                plain=column.relative_to is None,
            )
            for column in table.columns
        )
        source = Source(
            name=alias.this.name if alias else table.name,
            fields=fields,
            schema=None if alias else table.schema,
            title=table.qualified_name,
            sql=quoted(self._scans.alias(scan)),
            alias=engine_alias,
            scan=scan,
            rows=table.rows,
        )
        return Relation((source,), (source,), fields, frozenset({scan}))

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
        self._check_quotes(node)
        full = ".".join(node.args[k].name for k in ("catalog", "db", "this") if node.args.get(k))
        suggestion = self._catalog.nearest_table(full[:200])
        raise UnknownTable(
            with_suggestion(f"There is no table {full[:200]}", suggestion),
            position=position_of(self._text, exp.Table(**_names_only(node))),
            suggestion=suggestion,
        )

    def _check_quotes(self, node: exp.Table) -> None:
        """Tell of quotes that take in schema and table together."""
        name = node.name
        schema, _, bare = name.partition(".")
        if node.args.get("db") is not None or not bare or self._catalog.table(schema, bare) is None:
            return
        raise UnknownTable(
            f"There is no table of the one name {quoted(name)}: write {name}, or quotes around each part.",
            position=position_of(self._text, node.this),
            suggestion=name,
        )

    def _derived(self, node: exp.Subquery, outer: Scope) -> Relation:
        alias = node.args.get("alias")
        inner = replace(outer, sources=(), fields=(), parent=None)
        written = self._subqueries(_without_alias(node), inner)
        columns = renamed(written.columns, alias, self._text) if alias else written.columns
        name = alias.this.name if alias and alias.this else None
        return self._rows(f"({written.sql})", columns, name, written.rows)

    def _lateral(self, join: exp.Join, before: list[Relation], outer: Scope) -> Relation:
        """Read a subquery in which the columns of what stands before it have names."""
        node = join.this
        if join.args.get("side") in ("RIGHT", "FULL") or not isinstance(node.this, exp.Subquery):
            raise QueryError(
                "LATERAL takes a subquery in parentheses, after a comma, JOIN or LEFT JOIN.",
                position=position_of(self._text, node) or position_of(self._text, join),
            )
        sources = tuple(source for relation in before for source in relation.sources)
        fields = tuple(field for relation in before for field in relation.fields)
        around = replace(outer, sources=sources, fields=fields)
        written = self._subqueries(_without_alias(node.this), around)
        alias = node.args.get("alias") or node.this.args.get("alias")
        columns = renamed(written.columns, alias, self._text) if alias else written.columns
        name = alias.this.name if alias and alias.this else None
        return self._rows(f"{LATERAL} ({written.sql})", columns, name, None)

    def _rows(
        self, sql: str, columns: tuple[OutputColumn, ...], name: str | None, rows: int | None
    ) -> Relation:
        engine_alias = self._alias()
        fields = tuple(
            Field(
                column.name,
                f"{quoted(engine_alias)}.{quoted(column.engine_name)}",
                column.type,
                column.meaning,
                (replace(column.read, alias=None),) if column.read else (),
            )
            for column in columns
        )
        source = Source(name, fields, title=name or "", sql=sql, alias=engine_alias, rows=rows)
        scans = frozenset(column.read.scan for column in columns if column.read)
        return Relation((source,), (source,), fields, scans)

    def _alias(self) -> str:
        return f"t{next(self._numbers)}"


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


def _read(column: Column, engine_alias: str) -> str:
    """Return a column of a table as engine SQL; places below an address become addresses."""
    sql = f"{quoted(engine_alias)}.{quoted(column.name)}"
    if column.relative_to is None:
        return sql
    placed = f"{text_sql(column.relative_to)} || {sql}" if column.relative_to else "NULL"
    return f"(CASE WHEN contains({sql}, '://') THEN {sql} ELSE {placed} END)"


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
