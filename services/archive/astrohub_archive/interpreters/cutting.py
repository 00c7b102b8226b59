"""Cutting a query's text at its numbers: what is left is its form, the same for all texts in these words.

A list of whole numbers after IN is one thing, however long it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["HOLE", "LIST", "Cut", "cut"]

HOLE = "\0"
"""Stands in a form where a number was."""

LIST = "\1"
"""Stands in a form where a list was."""

_LONGEST = 2_000
_TOKEN = re.compile(
    r"""'[^']*' | "[^"]*" | [^\W\d]\w*"""
    r"""| (?P<number>(?<![\w.])(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))"""
    r"""| (?P<space>[ \t\r\n]+)"""
    r"""| (?P<odd>\d|--|/\*|\0)""",
    re.VERBOSE,
)
_SPACE = r"[ \t\r\n]*+"
_WHOLE = r"-?[0-9]{1,19}+"
_LIST = re.compile(
    rf"\bIN{_SPACE}\(({_SPACE}{_WHOLE}(?:{_SPACE},{_SPACE}{_WHOLE})++){_SPACE}\)", re.IGNORECASE
)
# Behind one of these it may be no list, but a text, a name or a comment.
_HIDING = ("'", '"', "--", "/*")


@dataclass(frozen=True)
class Cut:
    """A text that was cut.

    Attributes
    ----------
    form
        The text with a hole for each number, a mark for its list, and one space for several.
    numbers
        What stood in the holes.
    listed
        What stood between the parentheses of the list, if there is one.
    """

    form: str
    numbers: list[str]
    listed: str | None

    def whole_numbers(self) -> tuple[int, ...] | None:
        """Return the numbers of the list; None if there is none, or one has more than 64 bits."""
        if self.listed is None:
            return None
        numbers = tuple(map(int, self.listed.split(",")))
        return numbers if min(numbers) >= -(2**63) and max(numbers) < 2**63 else None


def cut(text: str) -> Cut | None:
    """Return a text cut at its numbers; None if it is unusual."""
    if LIST in text:
        return None
    text, listed = _without_list(text)
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    pieces: list[str] = []
    numbers: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "odd":
            return None
        if kind is None:
            continue
        pieces += (text[end : token.start()], " " if kind == "space" else HOLE)
        if kind == "number":
            numbers.append(token[0])
        end = token.end()
    return Cut("".join([*pieces, text[end:]]), numbers, listed)


def _without_list(text: str) -> tuple[str, str | None]:
    """Return a text with a mark in the place of its only list, and the list."""
    found = _LIST.search(text)
    if found is None or _LIST.search(text, found.end()):
        return text, None
    before = text[: found.start()]
    if any(sign in before for sign in _HIDING):
        return text, None
    return f"{text[: found.start(1)]}{LIST}{text[found.end(1) :]}", found[1]
