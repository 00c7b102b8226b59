"""ORDER BY, TOP and OFFSET as engine SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..errors import QueryError
from .expressions import Expressions
from .positions import position_of
from .values import Value

__all__ = ["cut", "listed_number", "order_of_rows", "order_of_select", "whole_number"]


def order_of_select(
    text: str, select: exp.Select, terms: Expressions, names: Sequence[str], values: Sequence[Value]
) -> tuple[str, list[Value]]:
    """Write the ORDER BY of a SELECT; return it with the values in it that the SELECT list does not hold.

    `names` and `values` are those of the SELECT list. What stands in it is written as its number.
    """
    clause = select.args.get("order")
    written: list[str] = []
    others: list[Value] = []
    listed = [value.sql for value in values]
    for ordered in clause.expressions if clause is not None else ():
        number = listed_number(text, ordered.this, names)
        if number is None:
            value = terms.value(ordered.this)
            if value.sql in listed:
                number = listed.index(value.sql) + 1
            elif select.args.get("distinct") is not None:
                raise QueryError(
                    "With DISTINCT, ORDER BY takes columns of the SELECT list only.",
                    position=position_of(text, ordered),
                )
            elif value.constant is not None or isinstance(ordered.this, (exp.Boolean, exp.Null)):
                continue  # what is the same in all rows orders nothing, and the engine refuses it
            else:
                others.append(value)
        written.append(_direction(str(number) if number is not None else value.in_order, ordered))
    return (f" ORDER BY {', '.join(written)}" if written else ""), others


def order_of_rows(text: str, query: exp.Expr, names: Sequence[str]) -> str:
    """Write ORDER BY after a set operation or parentheses, where only the columns have names."""
    clause = query.args.get("order")
    written = []
    for ordered in clause.expressions if clause is not None else ():
        number = listed_number(text, ordered.this, names)
        if number is None:
            raise QueryError(
                "ORDER BY takes names and numbers of columns after UNION, EXCEPT, INTERSECT and parentheses.",
                position=position_of(text, ordered),
            )
        written.append(_direction(str(number), ordered))
    return f" ORDER BY {', '.join(written)}" if written else ""


def cut(text: str, query: exp.Expr, top: int | None = None) -> str:
    """Write the LIMIT and OFFSET that TOP and OFFSET are in the engine."""
    offset = whole_number(text, query.args.get("offset"), "OFFSET")
    limit = f" LIMIT {top}" if top is not None else ""
    return limit + (f" OFFSET {offset}" if offset else "")


def whole_number(text: str, clause: exp.Expr | None, word: str) -> int | None:
    """Return the number that stands after TOP or OFFSET, if the clause is there."""
    if clause is None:
        return None
    node = clause.args["expression"]
    number = _ordinal(node)
    if number is None or number >= 2**62:
        raise QueryError(f"{word} takes a whole number.", position=position_of(text, node))
    return number


def listed_number(text: str, node: exp.Expr, names: Sequence[str]) -> int | None:
    """Return the number of the column of a SELECT list that a term names or numbers, if it does."""
    if (number := _ordinal(node)) is not None:
        if not 1 <= number <= len(names):
            raise QueryError(f"The SELECT list has no column {number}.", position=position_of(text, node))
        return number
    if isinstance(node, exp.Column) and not node.table:
        known = [name.lower() for name in names]
        if known.count(node.name.lower()) == 1:
            return known.index(node.name.lower()) + 1
    return None


def _ordinal(node: exp.Expr) -> int | None:
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdecimal() and len(node.this) < 20:
        return int(node.this)
    return None


def _direction(sql: str, ordered: exp.Expr) -> str:
    """Write a term; rows without a value come last in both directions, unless asked for first."""
    nulls = "FIRST" if ordered.args.get("nulls_first") else "LAST"
    return f"{sql} {'DESC' if ordered.args.get('desc') else 'ASC'} NULLS {nulls}"
