"""Output that tells of a fault although no cell raised."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

__all__ = ["suspicious_output"]

#: Characters of one output that are searched.
_SEARCHED = 1_000_000
_SPACES = re.compile(r"\s+")
_MARKUP = re.compile(r"<[^>]{0,1000}>")


def suspicious_output(cell: NotebookNode, patterns: Iterable[str]) -> str | None:
    """Return the line of a cell's output in which one of the patterns is found."""
    for text in _texts(cell):
        for pattern in patterns:
            if found := re.search(pattern, text):
                start = text.rfind("\n", 0, found.start()) + 1
                return text[start : max(found.end(), start)].strip()[-200:] or found[0]
    return None


def _texts(cell: NotebookNode) -> Iterator[str]:
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield _text(output.text)
        elif output.output_type in {"display_data", "execute_result"}:
            if "text/plain" in output.data:
                yield _text(output.data["text/plain"])
            if "text/html" in output.data:
                yield _SPACES.sub(" ", html.unescape(_MARKUP.sub(" ", _text(output.data["text/html"]))))


def _text(value: str | list[str]) -> str:
    return (value if isinstance(value, str) else "".join(value))[:_SEARCHED]
