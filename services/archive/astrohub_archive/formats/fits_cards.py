"""Cards of a FITS header (FITS 4.0, §4.1 and §4.2.1.2): 80 characters of ASCII, 36 to a block."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["BLOCK_BYTES", "Card", "header"]

BLOCK_BYTES = 2880
_CARD_CHARACTERS = 80
_VALUE_CHARACTERS = 67

Card = tuple[str, str | int | bool]
"""A keyword and its value."""


def header(cards: Iterable[Card]) -> bytes:
    """Return a header of whole blocks, with its END."""
    lines = [line for keyword, value in cards for line in _lines(keyword, value)]
    text = "".join(line.ljust(_CARD_CHARACTERS) for line in (*lines, "END"))
    return text.ljust(-(-len(text) // BLOCK_BYTES) * BLOCK_BYTES).encode("ascii")


def _lines(keyword: str, value: str | int | bool) -> list[str]:
    if isinstance(value, bool):
        return [f"{keyword:<8}= {'T' if value else 'F':>20}"]
    if isinstance(value, int):
        return [f"{keyword:<8}= {value:>20}"]
    pieces = _pieces(_plain(value).replace("'", "''"))
    first = f"'{pieces[0]:<8}'" if len(pieces) == 1 else f"'{pieces[0]}&'"
    later = [f"CONTINUE  '{piece}&'" for piece in pieces[1:-1]]
    last = [f"CONTINUE  '{pieces[-1]}'"] if len(pieces) > 1 else []
    return [f"{keyword:<8}= {first}", *later, *last]


def _pieces(text: str) -> list[str]:
    """Cut a long text, never within a doubled quotation mark."""
    if len(text) <= _VALUE_CHARACTERS + 1:
        return [text]
    pieces = []
    while len(text) > _VALUE_CHARACTERS:
        end = _VALUE_CHARACTERS
        quotes = len(text[:end]) - len(text[:end].rstrip("'"))
        end -= quotes % 2
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text]


def _plain(text: str) -> str:
    """Return a text in the characters that a header can hold: accents are left out, others become `?`."""
    decomposed = unicodedata.normalize("NFKD", " ".join(text.split()))
    kept = "".join(one for one in decomposed if not unicodedata.combining(one))
    return "".join(one if " " <= one <= "~" else "?" for one in kept)
