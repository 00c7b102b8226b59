"""What writes expressions, as functions and geometry see it."""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from ..errors import QueryError
from .scans import Scans
from .sources import Scope
from .values import Expression, Value

__all__ = ["Writer"]


class Writer(Protocol):
    """Writes the expressions of one clause; `expressions.Expressions` is one."""

    scope: Scope
    scans: Scans

    def expression(self, node: exp.Expr) -> Expression:
        """Write any expression: a value or a shape."""
        ...

    def value(self, node: exp.Expr) -> Value:
        """Write an expression that has one value."""
        ...

    def number(self, node: exp.Expr, place: str) -> Value:
        """Write an expression that must be a number; `place` is what takes it."""
        ...

    def condition(self, node: exp.Expr) -> Value:
        """Write an expression that is true or false."""
        ...

    def alike(self, nodes: list[exp.Expr], place: str) -> list[Value]:
        """Write expressions that must come together as one type."""
        ...

    def rows(self, query: exp.Expr, *, existence: bool = False) -> tuple[str, list[Value]]:
        """Write a query inside an expression; return it with one value for each of its columns."""
        ...

    def fault(self, node: exp.Expr | None, sentence: str) -> QueryError:
        """Return the error that says what is wrong with a node; the sentence comes without its full stop."""
        ...
