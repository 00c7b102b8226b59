"""The name of a user's home folder, by the rule by which the hub names it for user servers."""

from __future__ import annotations

import re

__all__ = ["folder_name"]

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def folder_name(user: str) -> str:
    """Return a name that is safe as one folder, and different for different users.

    ASCII letters, digits, `-`, `_` and `.` stay (a leading `.` or `-` does not); every other byte becomes `~`
    and two hexadecimal digits.
    """
    if _PLAIN.fullmatch(user):
        return user
    return "".join(_safe(character, first=not index) for index, character in enumerate(user))


def _safe(character: str, *, first: bool) -> str:
    plain = character.isascii() and (character.isalnum() or character in ("_" if first else "_.-"))
    return character if plain else "".join(f"~{byte:02x}" for byte in character.encode())
