"""Every way in which a query fails, and how that reads."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = [
    "AccessRefused",
    "ArchiveBusy",
    "ArchiveFailed",
    "AstrohubError",
    "CredentialsRequired",
    "IncompleteResult",
    "NotReachable",
    "Position",
    "QueryError",
    "RequestRefused",
    "ResultCut",
    "display_width",
    "printable",
]

WIDTH = 96


class ResultCut(UserWarning):
    """The limit on rows cut a result: there is more than what came."""


class AstrohubError(Exception):
    """A query that gave no result; the text says what failed, on what, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """Say in a notebook what is wrong, without the frames of this library (IPython calls this)."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class Position:
    """A word in a query's text: line and columns count from 1, `end_column` is the first after the word."""

    line: int
    column: int
    end_column: int


class QueryError(AstrohubError):
    """A query that the archive does not understand or does not run.

    Parameters
    ----------
    message
        The archive's sentence.
    query
        The text of the query.
    position
        Where in the text the fault stands, if it stands in one word.
    suggestion
        What may have been meant in place of that word.
    """

    def __init__(
        self,
        message: str,
        *,
        query: str = "",
        position: Position | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.query = query
        self.position = position
        self.suggestion = suggestion

    def __str__(self) -> str:
        lines = [printable(self.message)]
        if self.position:
            lines.append(f"line {self.position.line}, column {self.position.column}:")
            lines += _marked(self.query, self.position)
        if self.suggestion and not re.search(rf"(?<!\w){re.escape(self.suggestion)}(?!\w)", self.message):
            lines.append(f"Did you mean {printable(self.suggestion)}?")
        return "\n".join(lines)


class CredentialsRequired(AstrohubError):
    """A query for what is not public, by nobody in particular."""


class AccessRefused(AstrohubError):
    """A token that does not allow what was asked for."""


class RequestRefused(AstrohubError):
    """A request about something of one's own that cannot be done as things stand."""


class NotReachable(AstrohubError):
    """No archive answers at the address."""


class ArchiveBusy(AstrohubError):
    """The archive has too much to do."""


class ArchiveFailed(AstrohubError):
    """The archive failed on a query through no fault of its text."""


class IncompleteResult(AstrohubError):
    """A result that broke off before its end."""


def printable(text: str) -> str:
    """Show characters that would command a terminal by their numbers."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        else f"\\x{ord(character):02x}"
        for character in text
    )


def _marked(query: str, position: Position) -> list[str]:
    """Quote the line of the fault, with carets under the word; a long line is quoted around it."""
    lines = query.splitlines()
    if not 0 < position.line <= len(lines):
        return []
    line = _indisplay_width(lines[position.line - 1])
    start = min(max(position.column - 1, 0), len(line))
    end = min(max(position.end_column - 1, start + 1), max(len(line), start + 1))
    first = max(0, min(start - WIDTH // 3, len(line) - WIDTH))
    last = min(len(line), max(first + WIDTH, start + 1))
    before, after = ("… " if first else ""), (" …" if last < len(line) else "")
    space = display_width(before + line[first:start])
    carets = display_width(line[start : min(end, last)]) or 1
    return [f"    {before}{line[first:last]}{after}", f"    {' ' * space}{'^' * carets}"]


def _indisplay_width(line: str) -> str:
    """Replace what would move the cursor by one character each, so that columns stay what they are."""
    return "".join(
        " "
        if character == "\t"
        else "\N{REPLACEMENT CHARACTER}"
        if printable(character) != character
        else character
        for character in line
    )


def display_width(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
