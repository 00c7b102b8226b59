"""What a generated query is before it is written in either language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Item",
    "Join",
    "Order",
    "Query",
    "Select",
    "SetOperation",
    "Source",
    "Sub",
    "Table",
    "Term",
    "With",
]


@dataclass(frozen=True)
class Term:
    """An expression: what is done with what; its value is of kind int, real, dbl, text, bool or time."""

    op: str
    args: tuple[Any, ...]
    kind: str


@dataclass(frozen=True)
class Item:
    """One column of a SELECT list; without a term it is a star over columns of `kinds`."""

    term: Term | None
    name: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """One term of ORDER BY: a column of the answer by its number (from 1), or an expression."""

    by: int | Term
    descending: bool = False


@dataclass(frozen=True)
class Table:
    """A table, or a query of WITH, in FROM."""

    name: str
    alias: str
    common: bool = False


@dataclass(frozen=True)
class Sub:
    """A query in FROM."""

    query: Query
    alias: str


@dataclass(frozen=True)
class Join:
    """Two sources put together: by a condition, by equal names, NATURAL, or not at all (CROSS, a comma)."""

    left: Source
    right: Source
    word: str
    on: Term | None = None
    using: tuple[str, ...] = ()


@dataclass(frozen=True)
class Select:
    """A SELECT."""

    items: tuple[Item, ...]
    source: Source
    where: Term | None = None
    groups: tuple[Term, ...] = ()
    having: Term | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    offset: int | None = None
    distinct: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of the columns of its answer."""
        return tuple(kind for item in self.items for kind in item.kinds)


@dataclass(frozen=True)
class SetOperation:
    """Two queries put together row by row; `bare` says that no parentheses stand around the operands."""

    left: Query
    right: Query
    word: str
    bare: bool = False
    order: tuple[Order, ...] = ()
    top: int | None = field(default=None, init=False)
    offset: int | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of the columns of its answer."""
        return self.left.kinds


@dataclass(frozen=True)
class With:
    """A query with names for others before it."""

    common: tuple[tuple[str, Query], ...]
    body: Select | SetOperation

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of the columns of its answer."""
        return self.body.kinds


Query = Select | SetOperation | With
Source = Table | Sub | Join
