"""Comparing values, and what a comparison with a constant tells the planner, and who picks rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from ..models import Comparison, IdentifierFilter
from .datatypes import NUMBERS, Type
from .scans import Scans
from .values import Restriction, Same, Value, combined, number_sql

__all__ = ["MIRRORED", "SIGNS", "beside", "beside_both", "compared", "is_flag", "listed"]

SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}

_EXACT = 2**53
"""Below it all whole numbers are doubles, and none that is not is rounded to one of them."""

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
        return replace(condition, beside=_beside(sign, left, right))
    if left.read is not None and right.read is not None:
        return replace(condition, pairings=(Same(left.read, right.read, _keys(left, right)),))
    restriction = _identified(left, [right], scans) or _identified(right, [left], scans)
    if restriction is None:
        return replace(condition, beside=_beside(sign, left, right))
    return replace(condition, restrictions=(restriction,), whole="=")


def _beside(sign: str, left: Value, right: Value) -> tuple[Comparison, ...]:
    return beside(left, sign, right) or beside(right, MIRRORED[sign], left)


def beside(value: Value, sign: str, number: Value) -> tuple[Comparison, ...]:
    """Return what a comparison says, if it is one of a column of numbers with a number as it is written."""
    if value.read is None or value.type not in NUMBERS:
        return ()
    constant = number.constant
    if not isinstance(constant, (int, float)):
        return ()
    # What is computed of numbers is known as well, but not as what type the engine takes it.
    as_written = number_sql(constant) if isinstance(constant, float) else str(constant)
    if number.sql not in (as_written, f"({as_written})"):
        return ()
    return (Comparison(value.read.column, sign, constant),)


def beside_both(value: Value, low: Value, high: Value) -> tuple[Comparison, ...]:
    """Return what BETWEEN says, if it is that of a column of numbers and two numbers."""
    first, second = beside(value, ">=", low), beside(value, "<=", high)
    numbers = [one.number for one in (*first, *second) if one.number is not None]
    # The engine brings all three to one type: a whole number becomes a double beside one with a fraction.
    is_mixed = len({type(number) for number in numbers}) > 1
    if len(numbers) < 2 or (is_mixed and any(isinstance(n, int) and abs(n) >= _EXACT for n in numbers)):
        return ()
    return (*first, *second)


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
    return replace(condition, restrictions=(restriction,), whole="=") if restriction else condition


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
