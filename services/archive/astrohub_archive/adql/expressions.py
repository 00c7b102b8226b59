"""Operators, predicates and literals: each expression of a query as engine SQL with its type.

Whatever is written is either one word, a call or in parentheses, so that no operator of the engine can
bind to a part of it and no sign can meet another (`dec - -5` must not become a comment).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from sqlglot import exp

from ..errors import QueryError
from . import arithmetic, comparisons
from .datatypes import CAST_TARGETS, ENGINE_TYPES, Type, common_type
from .functions import FUNCTIONS, Function, no_function
from .geometry import Geometry
from .positions import position_of, position_of_word
from .sources import OutputColumn, Scope
from .values import Expression, Restriction, Value, combined, number_sql, text_sql

__all__ = ["Expressions", "Subqueries", "WrittenQuery"]

MAXIMUM_SQL = 2_000_000
"""Characters that one expression may become: nested geometry repeats its arguments."""

_LONGEST = 2**63


@dataclass(frozen=True)
class WrittenQuery:
    """A query as engine SQL, and the columns that it returns."""

    sql: str
    columns: tuple[OutputColumn, ...]
    top: int | None = None


class Subqueries(Protocol):
    """What writes the queries that stand inside expressions."""

    def __call__(self, query: exp.Expr, scope: Scope, *, existence: bool = False) -> WrittenQuery:
        """Write a query whose outer names mean what they mean in `scope`."""
        ...


class Expressions:
    """Writes the expressions of one clause.

    Parameters
    ----------
    scope
        What names mean here.
    subqueries
        What writes a query inside an expression.
    clause
        The clause's name, for what cannot stand in it.
    aggregates
        Whether COUNT, AVG and the like may stand here.
    groups
        What the terms of GROUP BY are as engine SQL.
    """

    def __init__(
        self,
        scope: Scope,
        subqueries: Subqueries,
        clause: str,
        *,
        aggregates: bool = False,
        groups: frozenset[str] = frozenset(),
    ) -> None:
        self.scope = scope
        self.text = scope.text
        self._subqueries = subqueries
        self._clause = clause
        self._aggregates = aggregates
        self._groups = groups
        self._inside: str | None = None
        self._geometry = Geometry(self, scope.scans)

    def value(self, node: exp.Expr) -> Value:
        """Write an expression that has one value.

        Raises
        ------
        QueryError
            Also when the expression is a shape on the sky.
        """
        written = self.expression(node)
        if not isinstance(written, Value):
            what = type(written).__name__.upper()
            raise self.fault(
                node, f"A {what} can stand in CONTAINS, INTERSECTS, DISTANCE and their like only"
            )
        return written

    def number(self, node: exp.Expr, place: str) -> Value:
        """Write an expression that is a number."""
        value = self.value(node)
        if not value.type.is_number:
            raise self.fault(node, f"{place} takes numbers, not {value.type.noun}")
        return value

    def condition(self, node: exp.Expr) -> Value:
        """Write an expression that is true or false."""
        value = self.value(node)
        if value.relation is not None:
            raise self.fault(node, "A comparison is missing: write 1 = CONTAINS(…), or DISTANCE(…) < radius")
        if value.type not in (Type.BOOLEAN, Type.UNKNOWN):
            raise self.fault(node, f"{self._clause} takes a condition, not {value.type.noun}")
        return value

    def expression(self, node: exp.Expr) -> Expression:
        """Write any expression: a value or a shape."""
        writer = _WRITERS.get(type(node))
        if writer is None:
            raise self.fault(node, f"{type(node).__name__.upper()} cannot stand in {self._clause}")
        written = writer(self, node)
        if isinstance(written, Value):
            if len(written.sql) > MAXIMUM_SQL:
                raise self.fault(node, "This expression is too complex")
            if written.loose is not None and written.sql in self._groups:
                written = replace(written, loose=None)
        return written

    def fault(self, node: exp.Expr | None, sentence: str) -> QueryError:
        """Return the error that says what is wrong with a node."""
        return QueryError(f"{sentence}.", position=position_of(self.text, node))

    # ---- names and literals

    def _column(self, node: exp.Column) -> Value:
        if isinstance(node.this, exp.Star):
            raise self.fault(node, "A star can stand in a SELECT list and in COUNT(*) only")
        return self.scope.column(node)

    def _star(self, node: exp.Star) -> Value:
        raise self.fault(node, "A star can stand in a SELECT list and in COUNT(*) only")

    def _literal(self, node: exp.Literal) -> Value:
        if node.is_string:
            return Value(text_sql(node.this), Type.TEXT, constant=node.this)
        return self._numeral(node, node.this, sign=1)

    def _numeral(self, node: exp.Expr, digits: str, sign: int) -> Value:
        if digits.isdecimal():
            whole = sign * int(digits[:25])
            if not -_LONGEST <= whole < _LONGEST or len(digits.lstrip("0")) > 20:
                raise self.fault(node, f"{digits[:30]} is too large for a whole number of 64 bits")
            kind = Type.INT if -(2**31) <= whole < 2**31 else Type.LONG
            return Value(f"({whole})" if whole < 0 else str(whole), kind, constant=whole)
        number = sign * float(digits)
        if number in (float("inf"), float("-inf")):
            raise self.fault(node, f"{digits[:30]} is too large for a number")
        return Value(number_sql(number), Type.DOUBLE, constant=number)

    def _null(self, node: exp.Null) -> Value:
        return Value("NULL", Type.UNKNOWN)

    def _boolean(self, node: exp.Boolean) -> Value:
        return Value("TRUE" if node.this else "FALSE", Type.BOOLEAN)

    # ---- arithmetic

    def _paren(self, node: exp.Paren) -> Expression:
        return self.expression(node.this)

    def _neg(self, node: exp.Neg) -> Value:
        if isinstance(node.this, exp.Literal) and not node.this.is_string:
            return self._numeral(node.this, node.this.this, sign=-1)
        value = self.number(node.this, "The sign -")
        return arithmetic.negated(value)

    def _arithmetic(self, node: exp.Binary) -> Value:
        sign = arithmetic.SIGNS[type(node)]
        left = self.number(node.this, f"The sign {sign}")
        right = self.number(node.expression, f"The sign {sign}")
        return arithmetic.calculated(sign, left, right)

    def _concatenation(self, node: exp.DPipe) -> Value:
        left, right = self.value(node.this), self.value(node.expression)
        texts = [arithmetic.brought_to(value, Type.TEXT) for value in (left, right)]
        return combined(texts, f"({texts[0].sql} || {texts[1].sql})", Type.TEXT)

    # ---- conditions

    def _comparison(self, node: exp.Binary) -> Value:
        left, right = self.value(node.this), self.value(node.expression)
        sign = comparisons.SIGNS[type(node)]
        if (written := self._geometry.compared(sign, left, right)) is not None:
            return written
        self._comparable(node, left, right)
        return comparisons.compared(sign, left, right, self.scope.scans)

    def _between(self, node: exp.Between) -> Value:
        value, low, high = (self.value(node.args[k]) for k in ("this", "low", "high"))
        self._comparable(node, value, low)
        self._comparable(node, value, high)
        return combined((value, low, high), f"({value.sql} BETWEEN {low.sql} AND {high.sql})", Type.BOOLEAN)

    def _in(self, node: exp.In) -> Value:
        value = self.value(node.this)
        if (query := node.args.get("query")) is not None:
            written = self._subqueries(query.this, self.scope)
            self._one_column(query, written)
            self._comparable(query, value, Value("", written.columns[0].type))
            return combined((value,), f"({value.sql} IN ({written.sql}))", Type.BOOLEAN)
        if not node.expressions:
            raise self.fault(node, "The list after IN is empty")
        listed = [self.value(item) for item in node.expressions]
        for item, other in zip(node.expressions, listed, strict=True):
            self._comparable(item, value, other)
        return comparisons.listed(value, listed, self.scope.scans)

    def _like(self, node: exp.Like | exp.ILike) -> Value:
        left, right = self.value(node.this), self.value(node.expression)
        for operand, value in ((node.this, left), (node.expression, right)):
            if value.type not in (Type.TEXT, Type.UNKNOWN):
                raise self.fault(operand, f"{type(node).__name__.upper()} takes texts, not {value.type.noun}")
        sign = ("NOT " if node.args.get("negate") else "") + type(node).__name__.upper()
        return combined((left, right), f"({left.sql} {sign} {right.sql})", Type.BOOLEAN)

    def _is(self, node: exp.Is) -> Value:
        if not isinstance(node.expression, exp.Null):
            raise self.fault(node, "IS can be followed by NULL or NOT NULL only")
        value = self.value(node.this)
        return combined((value,), f"({value.sql} IS NULL)", Type.BOOLEAN)

    def _not(self, node: exp.Not) -> Value:
        value = self.condition(node.this)
        return combined((value,), f"(NOT {value.sql})", Type.BOOLEAN)

    def _connected(self, node: exp.And | exp.Or) -> Value:
        """Write a row of ANDs or of ORs in one go, however long it is."""
        terms = [self.condition(term) for term in _row(node, type(node))]
        word = " AND " if isinstance(node, exp.And) else " OR "
        written = combined(terms, f"({word.join(term.sql for term in terms)})", Type.BOOLEAN)
        if isinstance(node, exp.Or):
            return written
        restrictions: tuple[Restriction, ...] = tuple(r for term in terms for r in term.restrictions)
        return replace(written, restrictions=restrictions)

    def _exists(self, node: exp.Exists) -> Value:
        written = self._subqueries(node.this, self.scope, existence=True)
        return Value(f"EXISTS ({written.sql})", Type.BOOLEAN)

    # ---- CASE, CAST, subqueries, calls

    def _case(self, node: exp.Case) -> Value:
        operand = self.value(node.this) if node.this is not None else None
        parts = [operand] if operand is not None else []
        tests: list[Value] = []
        for branch in node.args["ifs"]:
            tests.append(self.value(branch.this) if operand is not None else self.condition(branch.this))
            if operand is not None:
                self._comparable(branch.this, operand, tests[-1])
        if not tests:
            raise self.fault(node, "CASE needs a WHEN")
        default = node.args.get("default")
        nodes = [branch.args["true"] for branch in node.args["ifs"]] + (
            [default] if default is not None else []
        )
        results = self.alike(nodes, "CASE")
        words = [f"WHEN {t.sql} THEN {r.sql}" for t, r in zip(tests, results, strict=False)]
        if default is not None:
            words.append(f"ELSE {results[-1].sql}")
        head = f"CASE {operand.sql}" if operand is not None else "CASE"
        return combined([*parts, *tests, *results], f"({head} {' '.join(words)} END)", results[0].type)

    def alike(self, nodes: list[exp.Expr], place: str) -> list[Value]:
        """Write values that must come together as one type, each brought to it."""
        values = [self.value(node) for node in nodes]
        kind = common_type([v.type for v in values])
        if kind is None:
            other = next(n for n, v in zip(nodes, values, strict=True) if v.type is not values[0].type)
            raise self.fault(other, f"The values of {place} must be of one type")
        return [arithmetic.brought_to(v, kind) for v in values]

    def _cast(self, node: exp.Cast) -> Value:
        value = self.value(node.this)
        name = node.args["to"].this.name
        target = CAST_TARGETS.get(name)
        if target is None:
            known = ", ".join(sorted(CAST_TARGETS))
            raise self.fault(node.args["to"], f"CAST knows no type {name[:40]}; it knows {known}")
        if value.type is Type.ARRAY:
            raise self.fault(node.this, "An array cannot be converted")
        sql = f"CAST({value.sql} AS {ENGINE_TYPES[target]})"
        length = node.args["to"].expression
        if length is not None:
            if target is not Type.TEXT or not str(length.this).isdecimal() or int(length.this) > 100_000:
                raise self.fault(node.args["to"], f"{name} takes no such length")
            sql = f"left({sql}, {int(length.this)})"
        return replace(
            value.computed(sql, target), constant=value.constant if target is Type.DOUBLE else None
        )

    def _subquery(self, node: exp.Subquery) -> Value:
        written = self._subqueries(node, self.scope)
        self._one_column(node, written)
        column = written.columns[0]
        return Value(f"({written.sql})", column.type, column.meaning)

    def _call(self, node: exp.Anonymous) -> Expression:
        name = str(node.this).upper()
        if self._geometry.knows(name):
            return self._geometry.written(name, node)
        function = FUNCTIONS.get(name)
        if function is None:
            raise no_function(str(node.this), position_of_word(self.text, node))
        if function.aggregate:
            return self._aggregated(function, node)
        return function.write(self, node)

    def _aggregated(self, function: Function, node: exp.Anonymous) -> Value:
        if not self._aggregates:
            raise self.fault(node, f"{function.name} cannot stand in {self._clause}")
        if self._inside is not None:
            raise self.fault(node, f"{function.name} cannot stand inside {self._inside}")
        self._inside = function.name
        try:
            value = function.write(self, node)
        finally:
            self._inside = None
        return replace(value, loose=None, aggregate=True)

    def _one_column(self, node: exp.Expr, written: WrittenQuery) -> None:
        if len(written.columns) != 1:
            raise self.fault(node, f"This subquery must return one column, not {len(written.columns)}")

    def _comparable(self, node: exp.Expr, left: Value, right: Value) -> None:
        kinds = [left.type, right.type]
        if Type.ARRAY in kinds:
            raise self.fault(node, "Arrays cannot be compared")
        if common_type(kinds) is None and not comparisons.is_flag(left, right):
            raise self.fault(node, f"{left.type.noun} and {right.type.noun} cannot be compared".capitalize())


def _row(node: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Return the terms of a row of one connector, first to last."""
    terms: list[exp.Expr] = []
    while isinstance(node, kind):
        terms.append(node.args["expression"])
        node = node.this
    terms.append(node)
    return reversed(terms)


_Writer = Callable[[Expressions, exp.Expr], Expression]

_WRITERS: dict[type[exp.Expr], _Writer] = {  # type: ignore[assignment]
    exp.Column: Expressions._column,
    exp.Star: Expressions._star,
    exp.Literal: Expressions._literal,
    exp.Null: Expressions._null,
    exp.Boolean: Expressions._boolean,
    exp.Paren: Expressions._paren,
    exp.Neg: Expressions._neg,
    **dict.fromkeys(arithmetic.SIGNS, Expressions._arithmetic),
    exp.DPipe: Expressions._concatenation,
    **dict.fromkeys(comparisons.SIGNS, Expressions._comparison),
    exp.Between: Expressions._between,
    exp.In: Expressions._in,
    exp.Like: Expressions._like,
    exp.ILike: Expressions._like,
    exp.Is: Expressions._is,
    exp.Not: Expressions._not,
    exp.And: Expressions._connected,
    exp.Or: Expressions._connected,
    exp.Exists: Expressions._exists,
    exp.Case: Expressions._case,
    exp.Cast: Expressions._cast,
    exp.Subquery: Expressions._subquery,
    exp.Anonymous: Expressions._call,
}
