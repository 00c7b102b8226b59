"""Calculating with numbers: what + - * / % mean, and what they make of types.

Whole numbers are added and multiplied as 64-bit ones; whole by whole divides to a whole number, as in
SQL; dividing by zero gives NULL, not an error in the middle of a result.
"""

from __future__ import annotations

import math

from sqlglot import exp

from .datatypes import ENGINE_TYPES, Type
from .values import Value, combined

__all__ = ["SIGNS", "brought_to", "calculated", "negated"]

SIGNS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


def calculated(sign: str, left: Value, right: Value) -> Value:
    """Return what an arithmetic operator makes of two numbers."""
    whole = left.type.is_integer and right.type.is_integer
    kind = _kind(left.type, right.type)
    if whole and left.type is not Type.LONG:
        left_sql = f"CAST({left.sql} AS BIGINT)"
    else:
        left_sql = left.sql
    if sign in ("/", "%"):
        engine_sign = "//" if whole and sign == "/" else sign
        divisor = right.sql if right.constant else f"nullif({right.sql}, 0)"
        sql = f"({left_sql} {engine_sign} {divisor})"
    else:
        sql = f"({left_sql} {sign} {right.sql})"
    value = combined((left, right), sql, kind)
    constant = _constant(sign, left.constant, right.constant)
    if constant is None:
        return value
    return Value(value.sql, value.type, constant=constant)


def negated(value: Value) -> Value:
    """Return a number with the other sign."""
    kind = Type.LONG if value.type.is_integer else value.type
    inner = f"CAST({value.sql} AS BIGINT)" if kind is Type.LONG and value.type is not Type.LONG else value.sql
    written = value.computed(f"(-{inner})", kind, value.meaning)
    if isinstance(value.constant, (int, float)):
        return Value(written.sql, kind, constant=-value.constant)
    return written


def brought_to(value: Value, kind: Type) -> Value:
    """Return a value as one of another type to which its own widens."""
    if value.type is kind or value.type is Type.UNKNOWN or kind not in ENGINE_TYPES:
        return value
    return combined((value,), f"CAST({value.sql} AS {ENGINE_TYPES[kind]})", kind)


def _kind(left: Type, right: Type) -> Type:
    if Type.UNKNOWN in (left, right):
        return Type.UNKNOWN
    if left.is_integer and right.is_integer:
        return Type.LONG
    return Type.DOUBLE if Type.DOUBLE in (left, right) else Type.FLOAT


def _constant(
    sign: str, left: float | int | str | None, right: float | int | str | None
) -> float | int | None:
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return None
    if sign in ("/", "%"):
        return _quotient(left, right) if sign == "/" and right != 0 else None
    found = left + right if sign == "+" else left - right if sign == "-" else left * right
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return found if -(2**63) <= found < 2**63 else None


def _quotient(left: float, right: float) -> float | int | None:
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    found = left / right
    return found if math.isfinite(found) else None
