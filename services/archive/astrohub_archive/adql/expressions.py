"""The expressions of a clause as engine SQL: names, literals, arithmetic, CASE, CAST, subqueries, calls.

Whatever is written is either one word, a call or in parentheses, so that no operator of the engine can
bind to a part of it and no sign can meet another (`dec - -5` must not become a comment).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlglot import exp

from ..errors import QueryError
from ..models import Pick
from . import arithmetic
from .constructors import as_array
from .datatypes import CAST_TARGETS, ENGINE_TYPES, Type, common_type
from .functions import FUNCTIONS, Function, no_function
from .geometry import GEOMETRY
from .ivoa import IVOA_FUNCTIONS
from .languages import Language
from .positions import position_of, position_of_word
from .predicates import PREDICATES, check_comparable
from .q3c import POSTGRES_FUNCTIONS
from .sources import OutputColumn, Scope
from .values import Expression, Value, combined, name_of_shape, number_sql, text_sql

__all__ = ["Expressions", "Subqueries", "WrittenQuery"]

MAXIMUM_SQL = 2_000_000
"""Characters that one expression may become: nested geometry repeats its arguments."""

_LONGEST = 2**63


@dataclass(frozen=True)
class WrittenQuery:
    """A query as engine SQL, the columns that it returns, its own TOP, and what rows it has at most.

    `pick` is set where it asks for nothing but some rows of one table, as they stand.
    """

    sql: str
    columns: tuple[OutputColumn, ...]
    top: int | None = None
    rows: int | None = None
    pick: Pick | None = None


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
        self.scans = scope.scans
        self._subqueries = subqueries
        self._clause = clause
        self._aggregates = aggregates
        self._groups = groups
        self._inside: str | None = None

    def expression(self, node: exp.Expr) -> Expression:
        """Write any expression: a value or a shape."""
        kind = type(node)
        if kind in PREDICATES:
            written: Expression = PREDICATES[kind](self, node)
        elif kind in _WRITERS:
            written = _WRITERS[kind](self, node)
        else:
            raise self.fault(node, f"{kind.__name__.upper()} cannot stand in {self._clause}")
        parts = (written,) if isinstance(written, Value) else written.parts
        if sum(len(part.sql) for part in parts) > MAXIMUM_SQL:
            raise self.fault(node, "This expression is too complex")
        if isinstance(written, Value) and written.loose is not None and written.sql in self._groups:
            return replace(written, loose=None)
        return written

    def value(self, node: exp.Expr) -> Value:
        """Write an expression that has one value.

        Raises
        ------
        QueryError
            Also when the expression is a shape on the sky.
        """
        written = self.expression(node)
        if not isinstance(written, Value):
            raise self.fault(
                node,
                f"A {name_of_shape(written)} can stand in CONTAINS, INTERSECTS, DISTANCE and their like only",
            )
        return written

    def column(self, node: exp.Expr) -> Value:
        """Write a column of a SELECT list: a value, or a shape as an array of numbers."""
        written = self.expression(node)
        return written if isinstance(written, Value) else as_array(self, node, written)

    def number(self, node: exp.Expr, place: str) -> Value:
        """Write an expression that is a number; `place` is what takes it."""
        value = self.value(node)
        if not value.type.is_number:
            raise self.fault(node, f"{place} takes numbers, not {value.type.noun}")
        return value

    def condition(self, node: exp.Expr) -> Value:
        """Write an expression that is true or false."""
        value = self.value(node)
        if value.relation is not None and value.type is not Type.BOOLEAN:
            raise self.fault(node, "A comparison is missing: write 1 = CONTAINS(…), or DISTANCE(…) < radius")
        if value.type not in (Type.BOOLEAN, Type.UNKNOWN):
            raise self.fault(node, f"{self._clause} takes a condition, not {value.type.noun}")
        return value

    def alike(self, nodes: list[exp.Expr], place: str) -> list[Value]:
        """Write values that must come together as one type, each brought to it."""
        values = [self.value(node) for node in nodes]
        kind = common_type([v.type for v in values])
        if kind is None:
            other = next(n for n, v in zip(nodes, values, strict=True) if v.type is not values[0].type)
            raise self.fault(other, f"The values of {place} must be of one type")
        return [arithmetic.brought_to(v, kind) for v in values]

    def rows(self, query: exp.Expr, *, existence: bool = False) -> tuple[str, list[Value]]:
        """Write a query inside an expression; return it with one value for each of its columns."""
        written = self._subqueries(query, self.scope, existence=existence)
        return written.sql, [Value("", column.type, column.meaning) for column in written.columns]

    def fault(self, node: exp.Expr | None, sentence: str) -> QueryError:
        """Return the error that says what is wrong with a node."""
        return QueryError(f"{sentence}.", position=position_of(self.scope.text, node))

    # ---- names and literals

    def _column(self, node: exp.Column) -> Value:
        if isinstance(node.this, exp.Star):
            raise self._misplaced_star(node)
        return self.scope.column(node)

    def _star(self, node: exp.Star) -> Value:
        raise self._misplaced_star(node)

    def _misplaced_star(self, node: exp.Expr) -> QueryError:
        return self.fault(node, "A star can stand in a SELECT list and in COUNT(*) only")

    def _literal(self, node: exp.Literal) -> Value:
        if node.is_string:
            return Value(text_sql(node.this), Type.TEXT, constant=node.this)
        return self._numeral(node, node.this, sign=1)

    def _numeral(self, node: exp.Expr, digits: str, sign: int) -> Value:
        if digits.isdecimal():
            whole = sign * int(digits.lstrip("0")[:25] or "0")
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
        return arithmetic.negated(self.number(node.this, "The sign -"))

    def _arithmetic(self, node: exp.Binary) -> Value:
        sign = arithmetic.SIGNS[type(node)]
        left = self.number(node.this, f"The sign {sign}")
        right = self.number(node.expression, f"The sign {sign}")
        return arithmetic.calculated(sign, left, right)

    def _concatenation(self, node: exp.DPipe) -> Value:
        values = [self.value(node.this), self.value(node.expression)]
        for operand, value in zip((node.this, node.expression), values, strict=True):
            if value.type in (Type.ARRAY, Type.BOOLEAN):
                raise self.fault(operand, f"The sign || takes texts, not {value.type.noun}")
        left, right = (arithmetic.brought_to(value, Type.TEXT) for value in values)
        return combined(values, f"({left.sql} || {right.sql})", Type.TEXT)

    # ---- CASE, CAST, subqueries, calls

    def _case(self, node: exp.Case) -> Value:
        operand = self.value(node.this) if node.this is not None else None
        branches = node.args["ifs"]
        tests: list[Value] = []
        for branch in branches:
            tests.append(self.value(branch.this) if operand is not None else self.condition(branch.this))
            if operand is not None:
                check_comparable(self, branch.this, operand, tests[-1])
        if not tests:
            raise self.fault(node, "CASE needs a WHEN")
        nodes = [branch.args["true"] for branch in branches]
        if (default := node.args.get("default")) is not None:
            nodes.append(default)
        results = self.alike(nodes, "CASE")
        words = [f"WHEN {t.sql} THEN {r.sql}" for t, r in zip(tests, results, strict=False)]
        if default is not None:
            words.append(f"ELSE {results[-1].sql}")
        head = f"CASE {operand.sql}" if operand is not None else "CASE"
        parts = [*([operand] if operand is not None else []), *tests, *results]
        return combined(parts, f"({head} {' '.join(words)} END)", results[0].type)

    def _cast(self, node: exp.Cast) -> Value:
        value = self.value(node.this)
        to = node.args["to"]
        name = to.this.name
        target = CAST_TARGETS.get(name)
        if target is None:
            known = ", ".join(sorted(CAST_TARGETS))
            raise self.fault(to, f"CAST knows no type {name[:40]}; it knows {known}")
        if value.type is Type.ARRAY:
            raise self.fault(node.this, "An array cannot be converted")
        sql = f"CAST({value.sql} AS {ENGINE_TYPES[target]})"
        if (length := to.expression) is not None:
            if target is not Type.TEXT or not str(length.this).isdecimal() or int(length.this) > 100_000:
                raise self.fault(to, f"{name} takes no such length")
            sql = f"left({sql}, {int(length.this)})"
        return replace(value.computed(sql, target), constant=value.number if target is Type.DOUBLE else None)

    def _subquery(self, node: exp.Subquery) -> Value:
        sql, columns = self.rows(node)
        if len(columns) != 1:
            raise self.fault(node, f"This subquery must return one column, not {len(columns)}")
        return Value(f"({sql})", columns[0].type, columns[0].meaning)

    def _call(self, node: exp.Anonymous) -> Expression:
        name = str(node.this).upper()
        if name in GEOMETRY:
            return GEOMETRY[name](self, name, node)
        own = POSTGRES_FUNCTIONS if self.scope.language is Language.POSTGRESQL else {}
        function = own.get(name) or FUNCTIONS.get(name) or IVOA_FUNCTIONS.get(name)
        if function is None:
            place = position_of_word(self.scope.text, node)
            raise no_function(str(node.this), place, map(str.lower, (*IVOA_FUNCTIONS, *own)))
        return self._aggregated(function, node) if function.aggregate else function.write(self, node)

    def _aggregated(self, function: Function, node: exp.Anonymous) -> Value:
        if not self._aggregates:
            raise self.fault(node, f"{function.name} cannot stand in {self._clause}")
        if self._inside is not None:
            raise self.fault(node, f"{function.name} cannot stand inside {self._inside}")
        self._inside = function.name
        value = function.write(self, node)
        self._inside = None
        assert isinstance(value, Value)  # no aggregate is a shape
        return replace(value, loose=None, aggregate=True)


_WRITERS: dict[type[exp.Expr], Callable[[Expressions, Any], Expression]] = {
    exp.Column: Expressions._column,
    exp.Star: Expressions._star,
    exp.Literal: Expressions._literal,
    exp.Null: Expressions._null,
    exp.Boolean: Expressions._boolean,
    exp.Paren: Expressions._paren,
    exp.Neg: Expressions._neg,
    **dict.fromkeys(arithmetic.SIGNS, Expressions._arithmetic),
    exp.DPipe: Expressions._concatenation,
    exp.Case: Expressions._case,
    exp.Cast: Expressions._cast,
    exp.Subquery: Expressions._subquery,
    exp.Anonymous: Expressions._call,
}
