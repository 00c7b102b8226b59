"""Calculating with numbers: what + - * / % mean, and what they make of types.

Whole numbers are added and multiplied as 64-bit ones; whole by whole divides to a whole number, as in
SQL; dividing by zero gives NULL, not an error in the middle of a result.
"""

from __future__ import annotations

import math

from sqlglot import exp

from .datatypes import ENGINE_TYPES, Type
from .values import Meaning, Value, combined

__all__ = ["SIGNS", "brought_to", "calculated", "negated"]

SIGNS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


def calculated(sign: str, left: Value, right: Value) -> Value:
    """Return what an arithmetic operator makes of two numbers."""
    kind = _kind(left.type, right.type)
    first = brought_to(left, kind) if kind is Type.LONG or left.type is Type.UNKNOWN else left
    second = brought_to(right, kind) if right.type is Type.UNKNOWN else right
    if sign in ("/", "%"):
        engine_sign = "//" if kind is Type.LONG and sign == "/" else sign
        divisor = second.sql if right.constant else f"nullif({second.sql}, 0)"
        sql = f"({first.sql} {engine_sign} {divisor})"
    else:
        sql = f"({first.sql} {sign} {second.sql})"
    value = combined((left, right), sql, kind)
    constant = _constant(sign, left.constant, right.constant)
    return value if constant is None else Value(value.sql, value.type, constant=constant)


def negated(value: Value) -> Value:
    """Return a number with the other sign."""
    kind = _kind(value.type, value.type)
    meaning = Meaning(unit=value.meaning.unit) if value.meaning else None
    inner = brought_to(value, kind)
    if isinstance(value.constant, (int, float)):
        return Value(f"(-{inner.sql})", kind, constant=-value.constant)
    return combined((value,), f"(-{inner.sql})", kind, meaning)


def brought_to(value: Value, kind: Type) -> Value:
    """Return a value as one of another type to which its own widens, and NULL as one of that type."""
    if value.type is kind or kind not in ENGINE_TYPES:
        return value
    return combined((value,), f"CAST({value.sql} AS {ENGINE_TYPES[kind]})", kind)


def _kind(left: Type, right: Type) -> Type:
    known = {left, right} - {Type.UNKNOWN}
    if known and all(kind.is_integer for kind in known):
        return Type.LONG
    return Type.FLOAT if known and Type.DOUBLE not in known else Type.DOUBLE


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
