"""The smallest query that still shows a difference: parts are left out as long as it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from .trees import Item, Join, Query, Select, SetOperation, Sub, Term, With

__all__ = ["smallest"]

_MOST_STEPS = 300


async def smallest(query: Query, differs: Callable[[Query], Awaitable[bool]]) -> Query:
    """Return the smallest query that is found of which `differs` is true."""
    steps = 0
    shrunk = True
    while shrunk and steps < _MOST_STEPS:
        shrunk = False
        for smaller in _smaller(query):
            steps += 1
            if steps > _MOST_STEPS:
                break
            if await differs(smaller):
                query, shrunk = smaller, True
                break
    return query


def _smaller(node: Any) -> Iterator[Any]:
    """Yield what a query, or a part of one, becomes without one of its parts."""
    if isinstance(node, With):
        yield node.body
    elif isinstance(node, SetOperation):
        yield from (node.left, node.right)
    elif isinstance(node, Select):
        yield from _smaller_select(node)
    elif isinstance(node, Join):
        yield from (node.left, node.right)
    elif isinstance(node, Term):
        yield from (a for a in node.args if isinstance(a, Term) and a.kind == node.kind and node.op != "lit")
    yield from _inside(node)


def _smaller_select(select: Select) -> Iterator[Select]:
    for name, without in (("where", None), ("having", None), ("order", ()), ("top", None), ("offset", None)):
        if getattr(select, name):
            yield replace(select, **{name: without})
    if select.distinct:
        yield replace(select, distinct=False)
    if len(select.items) > 1:
        for item in select.items:
            yield replace(select, items=tuple(i for i in select.items if i is not item), order=())
    if isinstance(select.source, Sub) and isinstance(select.source.query, Select):
        yield select.source.query


def _inside(node: Any) -> Iterator[Any]:
    """Yield a node with one of the nodes in it made smaller."""
    if not is_dataclass(node) or isinstance(node, type):
        return
    for field in fields(node):
        value = getattr(node, field.name)
        if not field.init:
            continue
        if isinstance(value, tuple):
            for index, part in enumerate(value):
                for smaller in _replaced(part):
                    yield replace(node, **{field.name: (*value[:index], smaller, *value[index + 1 :])})
        elif is_dataclass(value):
            for smaller in _smaller(value):
                yield replace(node, **{field.name: smaller})


def _replaced(part: Any) -> Iterator[Any]:
    if isinstance(part, tuple):  # a name and a query of WITH
        for smaller in _smaller(part[-1]):
            yield (*part[:-1], smaller)
    elif isinstance(part, Item) and part.term is None:
        return
    else:
        yield from _smaller(part)
