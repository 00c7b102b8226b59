"""Comparing values, and what a comparison with a constant tells the planner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from ..models import IdentifierFilter
from .datatypes import Type
from .scans import Scans
from .values import Restriction, Same, Value, combined

__all__ = ["MIRRORED", "SIGNS", "compared", "is_flag", "listed"]

SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}

_MANY = 200
"""From how many numbers on a list is worth a text."""

MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""What a sign becomes when its sides change places."""


def compared(sign: str, left: Value, right: Value, scans: Scans) -> Value:
    """Return the comparison of two values that can be compared."""
    if is_flag(left, right):
        left, right = _as_number(left), _as_number(right)
    condition = combined((left, right), f"({left.sql} {sign} {right.sql})", Type.BOOLEAN)
    if sign != "=":
        return condition
    if left.read is not None and right.read is not None:
        return replace(condition, pairings=(Same(left.read, right.read, _keys(left, right)),))
    restriction = _identified(left, [right], scans) or _identified(right, [left], scans)
    return replace(condition, restrictions=(restriction,), whole="=") if restriction else condition


def _keys(left: Value, right: Value) -> tuple[str, ...]:
    """Return whole numbers that are equal where these values are."""
    if left.type.is_integer and right.type.is_integer:
        return tuple(f"CAST({value.sql} AS BIGINT)" for value in (left, right))
    if left.type is Type.TEXT and right.type is Type.TEXT:
        return tuple(
            f"CASE WHEN {value.sql} IS NOT NULL THEN CAST(hash({value.sql}) >> 1 AS BIGINT) END"
            for value in (left, right)
        )
    return ()


def listed(value: Value, items: Sequence[Value], scans: Scans) -> Value:
    """Return the condition that a value is one of several."""
    sql = f"({value.sql} IN ({_list(value, items)}))"
    condition = combined((value, *items), sql, Type.BOOLEAN)
    restriction = _identified(value, items, scans)
    return replace(condition, restrictions=(restriction,)) if restriction else condition


def _list(value: Value, items: Sequence[Value]) -> str:
    """Write what stands in the parentheses after IN; many whole numbers as one text, which is read faster."""
    wholes = [item.constant for item in items if isinstance(item.constant, int)]
    if len(wholes) < len(items) or len(items) < _MANY or not value.type.is_integer:
        return ", ".join(item.sql for item in items)
    digits = ",".join(map(str, wholes))
    return f"SELECT CAST(unnest(string_split('{digits}', ',')) AS BIGINT)"


def is_flag(left: Value, right: Value) -> bool:
    """Say whether a condition meets 1 or 0, which ADQL compares flags with."""
    pairs = ((left, right), (right, left))
    return any(a.type is Type.BOOLEAN and b.type.is_integer and b.constant in (0, 1) for a, b in pairs)


def _as_number(value: Value) -> Value:
    if value.type is not Type.BOOLEAN:
        return value
    return value.computed(f"CAST({value.sql} AS INTEGER)", Type.INT)


def _identified(value: Value, items: Sequence[Value], scans: Scans) -> Restriction | None:
    """Return the restriction to some values of an indexed column, if that is what is said."""
    if value.read is None or not scans.indexed(value.read):
        return None
    wanted: list[int | str] = []
    for item in items:
        fits = int if value.type.is_integer else str
        if not isinstance(item.constant, fits):
            return None
        wanted.append(item.constant)
    return Restriction(value.read.scan, identifiers=IdentifierFilter(value.read.column, tuple(wanted)))
