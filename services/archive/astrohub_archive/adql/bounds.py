"""How long, how deep and how many-worded a query may be, found out before it is parsed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sqlglot.tokens import Token, TokenType

from ..errors import QueryError
from ..settings import Limits
from .positions import position_at

__all__ = ["MAXIMUM_TOKENS", "check_nesting", "check_text", "check_tokens"]

MAXIMUM_TOKENS = 40_000
"""Words and signs of a query at most: a list of 20,000 identifiers fits."""

_PREFIXES = frozenset({TokenType.NOT, TokenType.DASH, TokenType.PLUS})
_OPENING = frozenset({TokenType.L_PAREN, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.END})
_SPACES = "\t\n\r\f"


def check_text(text: str, limits: Limits) -> None:
    """Refuse a text that is too long or holds what no text holds.

    Raises
    ------
    QueryError
        With the limit, or with the place of the character.
    """
    if len(text) > limits.query_bytes or len(text.encode("utf-8", "replace")) > limits.query_bytes:
        raise QueryError(f"A query may be {limits.query_bytes:,} bytes long at most.")
    if not text.strip():
        raise QueryError("The query is empty.")
    if text.isprintable():
        return
    for index, character in enumerate(text):
        if character in _SPACES or character.isprintable() or character.isspace():
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Cf", "Co", "Cn"):
            raise QueryError(
                f"The character U+{ord(character):04X} cannot stand in a query.",
                position=position_at(text, index, index + 1),
            )


def check_tokens(text: str, tokens: Sequence[Token]) -> None:
    """Refuse a query of too many words."""
    if len(tokens) > MAXIMUM_TOKENS:
        raise QueryError(
            f"A query may hold {MAXIMUM_TOKENS:,} words and signs at most; this one has {len(tokens):,}.",
            position=position_at(text, tokens[MAXIMUM_TOKENS].start, tokens[MAXIMUM_TOKENS].end + 1),
        )


def check_nesting(text: str, tokens: Sequence[Token], limits: Limits) -> None:
    """Refuse a query that is nested more deeply than it may be.

    Parentheses, CASE … END and rows of NOT, + or - count: each is a level of the parser's recursion.
    """
    depth = 0
    prefixes = 0
    for token in tokens:
        kind = token.token_type
        prefixes = prefixes + 1 if kind in _PREFIXES else 0
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth = max(0, depth - 1)
        if depth + prefixes > limits.query_depth:
            raise QueryError(
                f"A query may be nested {limits.query_depth} levels deep at most.",
                position=position_at(text, token.start, token.end + 1),
            )
