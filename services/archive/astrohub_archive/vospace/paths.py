"""Paths of files as users write them: names, one after the other, none of which is trusted."""

from __future__ import annotations

import unicodedata

from ..errors import UsageError

__all__ = ["Parts", "check_name", "is_presentable", "parse_path", "shown"]

Parts = tuple[str, ...]

_LONGEST_NAME = 255
_DEEPEST = 100
# Control and format characters: among them NUL, line ends, and those that turn the direction of writing.
_REFUSED_KINDS = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffd")


def parse_path(text: str) -> Parts:
    """Split a path into its names; one slash at each end does not matter.

    Raises
    ------
    UsageError
        When a name is empty, `.`, `..`, too long, or holds a character that names may not hold.
    """
    inner = text.removeprefix("/").removesuffix("/")
    if not inner:
        return ()
    parts = tuple(inner.split("/"))
    if len(parts) > _DEEPEST:
        raise UsageError(f"The path is deeper than {_DEEPEST} folders; use a shorter one.")
    for name in parts:
        check_name(name)
    return parts


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a file.

    Raises
    ------
    UsageError
        With the reason.
    """
    if name in ("", ".", ".."):
        raise UsageError("A path consists of names and slashes; empty names, '.' and '..' are not accepted.")
    if not is_presentable(name):
        raise UsageError(
            "A name holds a control character or one that is not valid text; choose another name."
        )
    if len(name.encode()) > _LONGEST_NAME:
        raise UsageError(f"A name is longer than {_LONGEST_NAME} bytes; choose a shorter one.")


def is_presentable(name: str) -> bool:
    """Say whether a name found on disk can be shown and asked for."""
    return "/" not in name and not any(
        character in _TURNING or unicodedata.category(character) in _REFUSED_KINDS for character in name
    )


def shown(parts: Parts) -> str:
    """Write a path for people: names and slashes, none at the ends."""
    return "/".join(parts)
