"""How many rows a query answers, told from the engine's plan of it.

The plan's shape is the engine's; the numbers are counted here from the tables upwards. Of values it is
known nothing: a condition on them keeps one row in five, as the engine itself assumes of files.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .survey import Survey

__all__ = ["expected_rows"]

_KEPT = 0.2
_WORDS = re.compile(r"'(?:[^']|'')*'|#\d+|\w+")
_SAME_ROWS = frozenset({"PROJECTION", "ORDER_BY", "WINDOW", "STREAMING_WINDOW", "UNNEST"})
_LIMITS = {"LIMIT": "Limit", "STREAMING_LIMIT": "Limit", "TOP_N": "Top"}
_MOST_CONTENT = 4 * 1024**2


@dataclass(frozen=True)
class _Rows:
    """How many rows leave a step, and how many its largest table has."""

    count: float
    table: float


def expected_rows(content: bytes, found: Survey) -> int | None:
    """Return about how many rows a query answers, or None where nobody knows.

    Parameters
    ----------
    content
        The engine's plan as JSON.
    found
        The survey whose SQL it is the plan of.
    """
    if len(content) > _MOST_CONTENT:
        return None
    try:
        rows = _Reader(found).rows(json.loads(content)[0])
    except RecursionError:
        return None
    return None if rows is None or not math.isfinite(rows.count) else round(rows.count)


class _Reader:
    """Reads plans of one survey."""

    def __init__(self, found: Survey) -> None:
        self._found = found

    def rows(self, node: Mapping[str, Any]) -> _Rows | None:
        """Return how many rows leave a step of a plan."""
        name, said = node["name"].strip(), node["extra_info"]
        known = _leaf(name, said)
        if known is not None:
            return known
        below = [self.rows(child) for child in node["children"]]
        inputs = [rows for rows in below if rows is not None]
        if not below or len(inputs) < len(below):
            return None
        if name == "UNION":
            return _Rows(sum(rows.count for rows in inputs), max(rows.table for rows in inputs))
        if len(inputs) == 2:
            return _joined(name, said, *inputs)
        return self._from_one(name, said, inputs[0])

    def _from_one(self, name: str, said: Mapping[str, Any], rows: _Rows) -> _Rows | None:
        if name in _SAME_ROWS:
            return rows
        if name == "FILTER":
            return _Rows(self._kept(said.get("Expression", ""), rows.count), rows.table)
        if name in _LIMITS:
            limit = str(said.get(_LIMITS[name], ""))
            return _Rows(min(rows.count, int(limit)), rows.table) if limit.isdigit() else rows
        # Into how many groups rows fall is not known, unless there is one at most.
        return rows if name.endswith("GROUP_BY") and rows.count <= 1 else None

    def _kept(self, condition: str | Sequence[str], count: float) -> float:
        text = condition if isinstance(condition, str) else " ".join(condition)
        words = set(_WORDS.findall(text))
        columns = words & self._found.columns
        is_counted = columns and columns <= self._found.counted
        if is_counted and not any(word.startswith("#") for word in words):
            return count
        # Not less than a row: from one in five nothing can be said of fewer.
        return max(_KEPT * count, min(count, 1.0))


def _leaf(name: str, said: Mapping[str, Any]) -> _Rows | None:
    if name == "RANGE" and "Estimated Cardinality" in said:
        count = float(said["Estimated Cardinality"])
        return _Rows(count, count)
    if name == "EMPTY_RESULT":
        return _Rows(0, 0)
    if name in ("UNGROUPED_AGGREGATE", "DUMMY_SCAN"):
        return _Rows(1, 1)
    return None


def _joined(name: str, said: Mapping[str, Any], left: _Rows, right: _Rows) -> _Rows | None:
    table = max(left.table, right.table)
    if name == "CROSS_PRODUCT":
        return _Rows(left.count * right.count, table)
    if name != "HASH_JOIN":
        return None
    # Each row of the larger table is taken to fit one of the smaller at most, as the engine assumes.
    matches = left.count * right.count / max(table, 1)
    counts = {
        "INNER": matches,
        "LEFT": max(left.count, matches),
        "RIGHT": max(right.count, matches),
        "SEMI": min(left.count, right.count),
        "RIGHT_SEMI": min(left.count, right.count),
        "MARK": left.count,
        "SINGLE": left.count,
        "ANTI": left.count,
        "RIGHT_ANTI": right.count,
    }
    count = counts.get(str(said.get("Join Type")))
    return None if count is None else _Rows(count, table)
