"""Queries that ask for nothing but some rows of one table as they stand: by place, identifier, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..models import Pick
from .joins import Relation
from .values import Value, quoted

__all__ = ["pick_of"]

_PARTS = frozenset({"expressions", "from_", "where", "limit"})
"""What a SELECT may hold to be one of these. A limit is its TOP."""

_MOST_COMPARISONS = 16


def pick_of(
    select: exp.Select, relation: Relation, where: Value | None, items: Sequence[Value]
) -> Pick | None:
    """Return what a query picks, if that is all it does.

    Parameters
    ----------
    select
        The query.
    relation
        What stands after FROM.
    where
        Its condition.
    items
        The columns that it returns.
    """
    if where is None or where.whole is None or len(where.restrictions) != 1:
        return None
    if any(select.args.get(part) for part in select.args.keys() - _PARTS):
        return None
    if len(where.beside) > _MOST_COMPARISONS:
        return None
    source = relation.sources[0]
    restriction = where.restrictions[0]
    if len(relation.sources) > 1 or source.scan is None or restriction.scan != source.scan:
        return None
    if restriction.region is not None and restriction.region.kind != "circle":
        return None
    columns = [item.read.column for item in items if item.read is not None]
    plain = [f"{quoted(source.alias)}.{quoted(column)}" for column in columns]
    # Also the same column twice is more than what stands in a file.
    if plain != [item.sql for item in items] or len(set(columns)) < len(columns):
        return None
    return Pick(tuple(columns), where.whole == "<", where.beside)
