"""Where in a query's text a node or a token stands."""

from __future__ import annotations

from sqlglot import exp

from ..errors import Position

__all__ = ["position_at", "position_of", "position_of_word", "span_of"]


def position_at(text: str, start: int, end: int) -> Position:
    """Return the position of `text[start:end]`; a word never ends before it begins or on another line."""
    start = max(0, min(start, len(text)))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    end = max(start, min(end, len(text) if line_end < 0 else line_end))
    return Position(
        line=text.count("\n", 0, start) + 1,
        column=start - line_start + 1,
        end_column=max(end - line_start + 1, start - line_start + 2),
    )


def position_of(text: str, node: exp.Expr | None) -> Position | None:
    """Return where a node stands, as far as it or what is below it remembers."""
    span = span_of(node) if node is not None else None
    return position_at(text, *span) if span else None


def position_of_word(text: str, node: exp.Expr) -> Position | None:
    """Return where the word stands that a node is named by: a function's name without its arguments."""
    meta = node._meta
    if not meta or meta.get("start") is None:
        return position_of(text, node)
    return position_at(text, meta["start"], meta["end"] + 1)


def span_of(node: exp.Expr) -> tuple[int, int] | None:
    """Return the offsets (first, one after the last) of the text that a node was made from."""
    first: int | None = None
    last = 0
    for part in node.walk():
        meta = part._meta
        if meta and "start" in meta and meta["start"] is not None:
            first = meta["start"] if first is None else min(first, meta["start"])
            last = max(last, meta["end"] + 1)
    return None if first is None else (first, last)
