"""SELECT, set operations and WITH as engine SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from sqlglot import exp

from ..catalog import Catalog
from ..errors import QueryError
from .arithmetic import brought_to
from .datatypes import Type, common_type
from .expressions import Expressions, WrittenQuery
from .languages import Language
from .ordering import cut, listed_number, order_of_rows, order_of_select, whole_number
from .picks import pick_of
from .positions import position_of
from .results import distinct_names, name_of
from .scans import Scans
from .sources import CommonTable, OutputColumn, Scope
from .tables import From, renamed
from .values import Meaning, Value, quoted

__all__ = ["Queries"]

MAXIMUM_OPERANDS = 200
"""Queries that UNION, EXCEPT and INTERSECT may put in a row."""

MAXIMUM_COLUMNS = 2_000
"""Columns that one SELECT may have; `SELECT *` of a join of two wide tables fits."""

MAXIMUM_LISTED = 10_000
"""Columns of all SELECT lists of a query together: each level of nesting can double them."""

_TAIL = ("order", "limit", "offset")
_WORDS: dict[type[exp.Expr], str] = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}


@dataclass(frozen=True)
class _Item:
    """One column of a SELECT list: its name, its value, and the expression it was made from."""

    name: str
    value: Value
    node: exp.Expr


class Queries:
    """Writes one statement's queries, outermost and inner ones."""

    def __init__(self, text: str, catalog: Catalog, language: Language = Language.ADQL) -> None:
        self.scans = Scans()
        self._text = text
        self._language = language
        self._from = From(text, catalog, self.scans, self.inner)
        self._numbers: Iterator[int] = count()
        self._root: exp.Query | None = None
        self._listed = 0

    def outermost(self, query: exp.Query) -> WrittenQuery:
        """Write the query itself; its columns are called in the engine as in the answer."""
        self._root = query
        return self._written(query, self._empty_scope(), outermost=True)

    def inner(self, query: exp.Expr, scope: Scope, *, existence: bool = False) -> WrittenQuery:
        """Write a query inside another; `existence` says that only whether it has rows matters."""
        around = scope if scope.sources or scope.parent else None
        inner = replace(self._empty_scope(), parent=around, common=scope.common)
        return self._written(query, inner, existence=existence)

    def _empty_scope(self) -> Scope:
        return Scope(self._text, self.scans, language=self._language)

    def _written(
        self, query: exp.Expr, scope: Scope, *, outermost: bool = False, existence: bool = False
    ) -> WrittenQuery:
        prefix, scope = self._with(query, scope)
        if isinstance(query, exp.Select):
            written = self._select(query, scope, outermost=outermost, existence=existence)
        elif isinstance(query, exp.SetOperation):
            written = self._set_operation(query, scope, outermost=outermost)
        elif isinstance(query, exp.Subquery) and isinstance(query.this, exp.Query):
            inner = self._written(query.this, scope, outermost=outermost, existence=existence)
            tail = self._tail(query, inner.columns)
            written = replace(inner, sql=f"({inner.sql}){tail}", pick=None) if tail else inner
        else:
            raise QueryError("A query is expected here.", position=position_of(self._text, query))
        return replace(written, sql=prefix + written.sql) if prefix else written

    # ---- WITH

    def _with(self, query: exp.Expr, scope: Scope) -> tuple[str, Scope]:
        clause = query.args.get("with_")
        if clause is None:
            return "", scope
        common = dict(scope.common)
        written_here: set[str] = set()
        parts = []
        for cte in clause.expressions:
            name = cte.args["alias"].this.name
            if name.lower() in written_here:
                raise QueryError(
                    f"WITH names {name} twice.", position=position_of(self._text, cte.args["alias"])
                )
            if not isinstance(cte.this, exp.Query):
                raise QueryError("WITH takes queries only.", position=position_of(self._text, cte))
            written = self._written(cte.this, replace(self._empty_scope(), common=common))
            columns = tuple(
                replace(c, read=None) for c in renamed(written.columns, cte.args["alias"], self._text)
            )
            table = CommonTable(name, f"q{next(self._numbers)}", columns, written.rows)
            parts.append(f"{quoted(table.engine_name)} AS ({written.sql})")
            common[name.lower()] = table
            written_here.add(name.lower())
        return f"WITH {', '.join(parts)} ", replace(scope, common=common)

    # ---- set operations

    def _set_operation(self, query: exp.SetOperation, scope: Scope, *, outermost: bool) -> WrittenQuery:
        """Write a row of set operations, leftmost operand first."""
        steps: list[exp.SetOperation] = []
        node: exp.Expr = query
        while isinstance(node, exp.SetOperation):
            steps.append(node)
            if node is not query and any(node.args.get(k) for k in ("with_", *_TAIL)):
                raise QueryError("Put this part into parentheses.", position=position_of(self._text, node))
            node = node.this
        if len(steps) >= MAXIMUM_OPERANDS:
            raise QueryError(f"UNION, EXCEPT and INTERSECT may join {MAXIMUM_OPERANDS} queries at most.")
        written = self._written(node, scope, outermost=outermost)
        sql, columns = f"({written.sql})", written.columns
        for index, step in enumerate(reversed(steps)):
            operand = self._written(step.expression, scope)
            word = _WORDS[type(step)]
            columns = self._united(step, word, columns, operand.columns)
            before = steps[len(steps) - index] if index else None
            if before is not None and isinstance(before, exp.Intersect) is not isinstance(
                step, exp.Intersect
            ):
                sql = f"({sql})"
            sql = f"{sql} {word}{'' if step.args.get('distinct') else ' ALL'} ({operand.sql})"
        return WrittenQuery(sql + self._tail(query, columns), columns)

    def _tail(self, query: exp.Expr, columns: tuple[OutputColumn, ...]) -> str:
        """Write ORDER BY, LIMIT and OFFSET after a set operation or parentheses."""
        order = order_of_rows(self._text, query, [column.name for column in columns])
        return order + cut(self._text, query, whole_number(self._text, query.args.get("limit"), "LIMIT"))

    def _united(
        self,
        node: exp.SetOperation,
        word: str,
        left: tuple[OutputColumn, ...],
        right: tuple[OutputColumn, ...],
    ) -> tuple[OutputColumn, ...]:
        """Return the columns of two queries put together: named and described by the first."""
        if len(left) != len(right):
            raise QueryError(
                f"The two sides of {word} have {len(left)} and {len(right)} columns.",
                position=position_of(self._text, node.expression),
            )
        united = []
        for one, other in zip(left, right, strict=True):
            kind = common_type([one.type, other.type])
            if kind is None:
                raise QueryError(
                    f"The two sides of {word} do not fit: {one.name} is {one.type.noun}, {other.name} is"
                    f" {other.type.noun}.",
                    position=position_of(self._text, node.expression),
                )
            same = one.type is other.type
            meaning = one.meaning if same else _without_datatype(one.meaning)
            united.append(replace(one, type=kind if same else Type.UNKNOWN, meaning=meaning, read=None))
        return tuple(united)

    # ---- SELECT

    def _select(self, select: exp.Select, scope: Scope, *, outermost: bool, existence: bool) -> WrittenQuery:
        if select.args.get("from_") is None:
            raise QueryError("A query needs FROM.", position=position_of(self._text, select))
        relation, scope = self._from.scope(select, scope)
        condition, where = self._where(select, scope)
        groups = self._groups(select, scope)
        terms = Expressions(scope, self.inner, "SELECT", aggregates=True, groups=frozenset(groups))
        items = self._items(select, scope, terms, existence=existence)
        having = self._having(select, scope, groups)
        grouped = bool(groups) or having is not None or any(item.value.aggregate for item in items)
        columns = self._columns(items, outermost=outermost)
        terms = Expressions(scope, self.inner, "ORDER BY", aggregates=True, groups=frozenset(groups))
        names, values = [item.name for item in items], [item.value for item in items]
        order, others = order_of_select(self._text, select, terms, names, values)
        if grouped or any(value.aggregate for value in others):
            self._check_grouped([*values, *([having] if having else []), *others])
        distinct = select.args.get("distinct") is not None
        if grouped or distinct or _is_cut(select):
            columns = tuple(replace(column, read=None) for column in columns)
        listed = (f"{i.value.sql} AS {quoted(c.engine_name)}" for i, c in zip(items, columns, strict=True))
        clauses = [
            "SELECT DISTINCT" if distinct else "SELECT",
            ", ".join(listed),
            "FROM",
            self._from.written(relation) + where,
        ]
        if groups:
            clauses += ["GROUP BY", ", ".join(groups)]
        if having is not None:
            clauses += ["HAVING", having.sql]
        sql = " ".join(clauses)
        word = "TOP" if self._language is Language.ADQL else "LIMIT"
        top = whole_number(self._text, select.args.get("limit"), word)
        known = [source.rows for source in relation.sources if source.rows is not None]
        rows = top if top is not None else max(known, default=None)
        pick = pick_of(select, relation, condition, values) if outermost else None
        return WrittenQuery(sql + order + cut(self._text, select, top), columns, top, rows, pick)

    def _where(self, select: exp.Select, scope: Scope) -> tuple[Value | None, str]:
        """Return the condition, and the clause as engine SQL."""
        clause = select.args.get("where")
        if clause is None:
            return None, ""
        value = Expressions(scope, self.inner, "WHERE").condition(clause.this)
        for restriction in value.restrictions:
            self.scans.restrict(restriction)
        cells = self._from.pairs.conditions(value.pairings, scope.sources)
        return value, f" WHERE {' AND '.join([*cells, value.sql])}"

    def _having(self, select: exp.Select, scope: Scope, groups: dict[str, None]) -> Value | None:
        clause = select.args.get("having")
        if clause is None:
            return None
        terms = Expressions(scope, self.inner, "HAVING", aggregates=True, groups=frozenset(groups))
        return terms.condition(clause.this)

    def _groups(self, select: exp.Select, scope: Scope) -> dict[str, None]:
        """Return the terms of GROUP BY as engine SQL, each once."""
        groups: dict[str, None] = {}
        clause = select.args.get("group")
        if clause is None:
            return groups
        terms = Expressions(scope, self._no_subquery, "GROUP BY")
        if not clause.expressions:
            raise QueryError("GROUP BY needs a column.", position=position_of(self._text, select))
        for node in clause.expressions:
            value = terms.value(self._meant(select, scope, node))
            # The engine would read a number as the place of a column.
            groups[value.sql if value.constant is None else f"coalesce({value.sql})"] = None
        return groups

    def _no_subquery(self, query: exp.Expr, scope: Scope, *, existence: bool = False) -> WrittenQuery:
        """Refuse a subquery in GROUP BY, where a column of the SELECT list would be written a second time."""
        raise QueryError("A subquery cannot stand in GROUP BY.", position=position_of(self._text, query))

    def _meant(self, select: exp.Select, scope: Scope, node: exp.Expr) -> exp.Expr:
        """Return the expression that a term of GROUP BY stands for."""
        listed = select.expressions
        if isinstance(node, exp.Column) and any(f.name.lower() == node.name.lower() for f in scope.fields):
            return node
        names = [item.alias if isinstance(item, exp.Alias) else "" for item in listed]
        number = listed_number(self._text, node, names)
        if number is None:
            return node
        chosen: exp.Expr = listed[number - 1]
        return chosen.args["this"] if isinstance(chosen, exp.Alias) else chosen

    def _items(self, select: exp.Select, scope: Scope, terms: Expressions, *, existence: bool) -> list[_Item]:
        items: list[_Item] = []
        for node in select.expressions:
            star = node if isinstance(node, exp.Star) else node.this if isinstance(node, exp.Column) else None
            self._check_width(len(items), node)
            if isinstance(star, exp.Star):
                if existence:
                    items.append(_Item("found", Value("1", Type.INT), node))
                    continue
                for known in scope.star(node):
                    self._check_width(len(items), node)
                    items.append(_Item(known.name, replace(scope.read(known), loose=node), node))
                continue
            inner = node.this if isinstance(node, exp.Alias) else node
            value = terms.column(inner)
            if value.type is Type.UNKNOWN and select is self._root:
                value = brought_to(value, Type.TEXT)
            name = node.alias if isinstance(node, exp.Alias) else name_of(inner, len(items) + 1)
            items.append(_Item(name, value, inner))
        if not items:
            raise QueryError("SELECT needs a column.", position=position_of(self._text, select))
        return items

    def _check_width(self, width: int, node: exp.Expr) -> None:
        """Refuse a list that grows beyond what one SELECT, or all of a query, may have."""
        self._listed += 1
        if width < MAXIMUM_COLUMNS and self._listed <= MAXIMUM_LISTED:
            return
        raise QueryError(
            f"A SELECT may have {MAXIMUM_COLUMNS:,} columns at most, and a whole query {MAXIMUM_LISTED:,}.",
            position=position_of(self._text, node),
        )

    def _columns(self, items: list[_Item], *, outermost: bool) -> tuple[OutputColumn, ...]:
        names = [item.name for item in items]
        engine_names = distinct_names(names) if outermost else [f"c{number}" for number in range(len(items))]
        shown = engine_names if outermost else names
        return tuple(
            OutputColumn(name, engine_name, item.value.type, item.value.meaning, item.value.read)
            for name, engine_name, item in zip(shown, engine_names, items, strict=True)
        )

    def _check_grouped(self, values: list[Value]) -> None:
        """Refuse a column that has many values in a group and stands outside an aggregate."""
        for value in values:
            if (node := value.loose) is not None:
                name = "*" if isinstance(node, exp.Star) or isinstance(node.this, exp.Star) else node.name
                raise QueryError(
                    f"{name} has many values in a group: put it into GROUP BY or an aggregate such as AVG.",
                    position=position_of(self._text, node),
                )


def _is_cut(select: exp.Select) -> bool:
    return select.args.get("limit") is not None or select.args.get("offset") is not None


def _without_datatype(meaning: Meaning | None) -> Meaning | None:
    return replace(meaning, datatype=None) if meaning is not None else None
