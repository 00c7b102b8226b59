"""Conditions: comparisons, BETWEEN, IN, LIKE, IS NULL, EXISTS, and NOT, AND, OR over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sqlglot import exp

from ..models import Comparison
from . import comparisons, geometry
from .datatypes import NUMBERS, Type, common_type
from .values import Either, Near, Same, Value, combined
from .writer import Writer

__all__ = ["PREDICATES", "check_comparable"]

_NULL, _NOT_NULL = "IS NULL", "IS NOT NULL"


def check_comparable(writer: Writer, node: exp.Expr, left: Value, right: Value) -> None:
    """Refuse to compare values of types that do not come together."""
    kinds = [left.type, right.type]
    if Type.ARRAY in kinds:
        raise writer.fault(node, "Arrays cannot be compared")
    if common_type(kinds) is None and not comparisons.is_flag(left, right):
        raise writer.fault(node, f"{left.type.noun} and {right.type.noun} cannot be compared".capitalize())


def _comparison(writer: Writer, node: exp.Binary) -> Value:
    left, right = writer.value(node.this), writer.value(node.expression)
    sign = comparisons.SIGNS[type(node)]
    if (written := geometry.compared(sign, left, right, writer.scans)) is not None:
        return written
    check_comparable(writer, node, left, right)
    return comparisons.compared(sign, left, right, writer.scans)


def _between(writer: Writer, node: exp.Between) -> Value:
    value, low, high = (writer.value(node.args[k]) for k in ("this", "low", "high"))
    check_comparable(writer, node, value, low)
    check_comparable(writer, node, value, high)
    sql = f"({value.sql} BETWEEN {low.sql} AND {high.sql})"
    written = combined((value, low, high), sql, Type.BOOLEAN)
    return replace(written, beside=comparisons.beside_both(value, low, high))


def _in(writer: Writer, node: exp.In) -> Value:
    value = writer.value(node.this)
    if (query := node.args.get("query")) is not None:
        sql, columns = writer.rows(query.this)
        if len(columns) != 1:
            raise writer.fault(query, f"This subquery must return one column, not {len(columns)}")
        check_comparable(writer, query, value, columns[0])
        return combined((value,), f"({value.sql} IN ({sql}))", Type.BOOLEAN)
    if not node.expressions:
        raise writer.fault(node, "The list after IN is empty")
    listed = [writer.value(item) for item in node.expressions]
    for item, other in zip(node.expressions, listed, strict=True):
        check_comparable(writer, item, value, other)
    return comparisons.listed(value, listed, writer.scans)


def _like(writer: Writer, node: exp.Like | exp.ILike) -> Value:
    left, right = writer.value(node.this), writer.value(node.expression)
    word = type(node).__name__.upper()
    for operand, value in ((node.this, left), (node.expression, right)):
        if value.type not in (Type.TEXT, Type.UNKNOWN):
            raise writer.fault(operand, f"{word} takes texts, not {value.type.noun}")
    sign = f"NOT {word}" if node.args.get("negate") else word
    return combined((left, right), f"({left.sql} {sign} {right.sql})", Type.BOOLEAN)


def _is(writer: Writer, node: exp.Is) -> Value:
    if not isinstance(node.expression, exp.Null):
        raise writer.fault(node, "IS can be followed by NULL or NOT NULL only")
    value = writer.value(node.this)
    sql = f"({value.sql} IS NULL)"
    if value.type in (Type.TEXT, Type.UNKNOWN):
        # Of a row group with one text and NULL, the engine (DuckDB 2.0) gives every row as NULL when the
        # condition reaches the file as it is.
        sql = f"({sql} = TRUE)"
    said = (Comparison(value.read.column, _NULL),) if value.read and value.type in NUMBERS else ()
    return replace(combined((value,), sql, Type.BOOLEAN), beside=said)


def _not(writer: Writer, node: exp.Not) -> Value:
    value = writer.condition(node.this)
    written = combined((value,), f"(NOT {value.sql})", Type.BOOLEAN)
    is_null = len(value.beside) == 1 and value.beside[0].sign == _NULL and value.whole is None
    return replace(written, beside=(replace(value.beside[0], sign=_NOT_NULL),)) if is_null else written


def _connected(writer: Writer, node: exp.And | exp.Or) -> Value:
    """Write a row of ANDs or of ORs in one go, however long it is."""
    terms = [writer.condition(term) for term in _row(node, type(node))]
    word = " AND " if isinstance(node, exp.And) else " OR "
    written = combined(terms, f"({word.join(term.sql for term in terms)})", Type.BOOLEAN)
    if isinstance(node, exp.Or):
        return replace(written, pairings=_for_any_reason(terms))
    return replace(
        written,
        restrictions=tuple(r for term in terms for r in term.restrictions),
        pairings=tuple(p for term in terms for p in term.pairings),
        **_all_said(terms),
    )


def _all_said(terms: list[Value]) -> dict[str, Any]:
    """Return what the terms of an AND say, if all of it is known without SQL; `whole` of any of them."""
    if not all(term.is_said for term in terms):
        return {}
    return {
        "whole": next((term.whole for term in terms if term.whole is not None), None),
        "beside": tuple(one for term in terms for one in term.beside),
    }


def _for_any_reason(terms: list[Value]) -> tuple[Either, ...]:
    """Return what follows from one of the terms being true: something only if one is about positions."""
    reasons = tuple((_reason(term), term.sql) for term in terms)
    return (Either(reasons),) if any(isinstance(reason, Near) for reason, _ in reasons) else ()


def _reason(term: Value) -> Near | Same | None:
    positions = (one for one in term.pairings if isinstance(one, Near))
    columns = (one for one in term.pairings if isinstance(one, Same) and one.keys)
    return next(positions, None) or next(columns, None)


def _exists(writer: Writer, node: exp.Exists) -> Value:
    sql, _ = writer.rows(node.this, existence=True)
    return Value(f"EXISTS ({sql})", Type.BOOLEAN)


def _row(node: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Return the terms of a row of one connector, first to last."""
    terms: list[exp.Expr] = []
    while isinstance(node, kind):
        terms.append(node.args["expression"])
        node = node.args["this"]
    terms.append(node)
    return reversed(terms)


PREDICATES: dict[type[exp.Expr], Callable[[Writer, Any], Value]] = {
    **dict.fromkeys(comparisons.SIGNS, _comparison),
    exp.Between: _between,
    exp.In: _in,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Is: _is,
    exp.Not: _not,
    exp.And: _connected,
    exp.Or: _connected,
    exp.Exists: _exists,
}
"""What writes each kind of condition."""
