"""Whether two answers are the same, and what is left to an implementation by ADQL.

Free, and therefore not held against an answer: the order of rows that ORDER BY does not tell apart, and
which of them TOP and OFFSET keep; the last digits of numbers with a fraction; the sign of zero. Not free:
everything else. NaN is a value like others here: equal to itself, and larger than every number.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

from .trees import Query, Select, SetOperation, With

__all__ = ["difference"]

Row = tuple[Any, ...]

_RELATIVE = {"real": 2e-6, "dbl": 1e-9}
_SMALLEST = {"real": 1e-6, "dbl": 1e-9}


def difference(query: Query, found: Sequence[Row], expected: Sequence[Row]) -> str | None:
    """Return in which way an answer is wrong, or None.

    Parameters
    ----------
    query
        What was asked.
    found
        The rows of the archive's answer.
    expected
        The rows of the evaluator, in the order asked for, before TOP and OFFSET of the outermost query.
    """
    body = query.body if isinstance(query, With) else query
    kinds = query.kinds
    if any(len(row) != len(kinds) for row in (*found, *expected)):
        return "the number of columns is another"
    kept = _kept(body, expected)
    if len(found) != len(kept):
        return f"{len(found)} rows instead of {len(kept)}"
    if body.order and isinstance(body.order[0].by, int):
        columns = [one.by - 1 for one in body.order if isinstance(one.by, int)]
        wanted = [tuple(row[c] for c in columns) for row in kept]
        given = [tuple(row[c] for c in columns) for row in found]
        if (n := _first_other(given, wanted, [kinds[c] for c in columns])) is not None:
            return f"the order is another from row {n} on"
    elif body.order and (n := _first_other(found, kept, kinds)) is not None:
        return f"the order is another from row {n} on"
    if not _contains(expected, found, kinds):
        return "there are rows that should not be there"
    return None


def _kept(body: Select | SetOperation, rows: Sequence[Row]) -> Sequence[Row]:
    start = body.offset or 0
    return rows[start:] if body.top is None else rows[start : start + body.top]


def _first_other(found: Sequence[Row], expected: Sequence[Row], kinds: Sequence[str]) -> int | None:
    pairs = zip(found, expected, strict=True)
    return next((n for n, (a, b) in enumerate(pairs, start=1) if not _same_row(a, b, kinds)), None)


def _same_rows(found: Sequence[Row], expected: Sequence[Row], kinds: Sequence[str]) -> bool:
    return all(_same_row(a, b, kinds) for a, b in zip(found, expected, strict=True))


def _contains(rows: Sequence[Row], part: Sequence[Row], kinds: Sequence[str]) -> bool:
    """Say whether each row of `part` is found in `rows`, each of these once."""
    left = sorted(rows, key=_sorting)
    wanted = sorted(part, key=_sorting)
    if len(left) == len(wanted) and _same_rows(wanted, left, kinds):
        return True
    # Rounding has sorted them in another way, or rows are left out: look for each.
    for row in wanted:
        place = next((n for n, other in enumerate(left) if _same_row(row, other, kinds)), None)
        if place is None:
            return False
        del left[place]
    return True


def _sorting(row: Row) -> tuple[Any, ...]:
    return tuple(_key(value) for value in row)


def _key(value: Any) -> tuple[int, Any]:
    if value is None:
        return 3, 0
    if isinstance(value, float):
        return (2, 0) if math.isnan(value) else (0, round(value, 6))
    return 1, str(value) if not isinstance(value, (int, bool)) else value


def _same_row(one: Row, other: Row, kinds: Sequence[str]) -> bool:
    return all(_same(a, b, kind) for a, b, kind in zip(one, other, kinds, strict=True))


def _same(one: Any, other: Any, kind: str) -> bool:
    if one is None or other is None:
        return one is other
    if kind in _RELATIVE:
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=_RELATIVE[kind], abs_tol=_SMALLEST[kind])
    if kind == "time":
        return _time(one) == _time(other)
    return bool(type(one) is type(other) and one == other)


def _time(value: Any) -> datetime.datetime:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    assert isinstance(value, datetime.datetime)
    return value.replace(tzinfo=None)
