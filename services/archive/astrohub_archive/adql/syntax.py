"""From text to tree; whatever is not ADQL becomes a sentence with a position."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError, TokenError
from sqlglot.tokens import Token, TokenType

from ..errors import Position, QueryError
from ..settings import Limits
from .bounds import check_nesting, check_text, check_tokens
from .dialect import ADQL, AdqlParser, AdqlTokenizer, SyntaxFault
from .positions import position_at
from .vocabulary import ADQL_KINDS, NEVER_NAMES, foreign_sign, foreign_word, is_name, is_number

__all__ = ["parse"]

_DIALECT = ADQL()
_FRAMES_PER_LEVEL = 60
_BASE_FRAMES = 2_000
_QUOTED = frozenset({TokenType.STRING, TokenType.IDENTIFIER})
_PARSER_FAILURES = (SqlglotError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a parser for thirty dialects may raise on a text that is none of them."""
_QUERY_STARTS = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN})


def parse(text: str, limits: Limits) -> exp.Query:
    """Read a text as one ADQL query.

    Raises
    ------
    QueryError
        With the place at which the text ceased to be ADQL.
    """
    check_text(text, limits)
    tokens = _tokenize(text)
    check_tokens(text, tokens)
    tokens = _without_last_semicolon(text, tokens)
    _check_words(text, tokens)
    check_nesting(text, tokens, limits)
    # The parser recurses by about fifty frames a level of parentheses.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _BASE_FRAMES + _FRAMES_PER_LEVEL * limits.query_depth))
    try:
        trees = AdqlParser(dialect=_DIALECT).parse(tokens, text)
    except SyntaxFault as fault:
        raise _fault(text, tokens, fault) from None
    except RecursionError:
        raise QueryError(f"A query may be nested {limits.query_depth} levels deep at most.") from None
    except _PARSER_FAILURES:
        raise QueryError("This is not a query in ADQL.", position=position_at(text, 0, len(text))) from None
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Query):
        raise QueryError("Only queries are answered: begin with SELECT or WITH.")
    return tree


def _tokenize(text: str) -> list[Token]:
    try:
        return AdqlTokenizer(dialect=_DIALECT).tokenize(text)
    except TokenError:
        raise _open_quote(text) from None


def _open_quote(text: str) -> QueryError:
    """Find the quote or comment that is never closed: the only thing at which cutting into words fails."""
    index = 0
    while index < len(text):
        character = text[index]
        if text.startswith("--", index):
            index = len(text) if (end := text.find("\n", index)) < 0 else end
        elif text.startswith("/*", index):
            if (end := text.find("*/", index + 2)) < 0:
                return QueryError(
                    "The comment that opens here is never closed.",
                    position=position_at(text, index, index + 2),
                )
            index = end + 2
        elif character in "'\"":
            end = text.find(character, index + 1)
            if end < 0:
                return QueryError(
                    f"The quote {character} that opens here is never closed.",
                    position=position_at(text, index, index + 1),
                )
            index = end + 1
        else:
            index += 1
    return QueryError("A quote is opened and never closed.")


def _without_last_semicolon(text: str, tokens: Sequence[Token]) -> list[Token]:
    kept = list(tokens)
    while kept and kept[-1].token_type == TokenType.SEMICOLON:
        kept.pop()
    if not kept:
        raise QueryError("The query is empty.")
    return kept


def _check_words(text: str, tokens: Sequence[Token]) -> None:
    """Refuse what cannot be a word of ADQL, before the parser makes something of it."""
    if tokens[0].token_type not in _QUERY_STARTS:
        raise QueryError(
            f"Only queries are answered: begin with SELECT or WITH, not with {_shown(tokens[0])}.",
            position=_at(text, tokens[0]),
        )
    for index, token in enumerate(tokens):
        kind = token.token_type
        if kind == TokenType.VAR:
            _check_name(text, tokens, index)
        elif kind == TokenType.NUMBER:
            _check_number(text, tokens, index)
        elif kind not in ADQL_KINDS:
            raise QueryError(foreign_sign(token.text[:1] or " "), position=_at(text, token))
        elif kind == TokenType.IDENTIFIER and not token.text.strip():
            raise QueryError("A name in double quotes must not be empty.", position=_at(text, token))
        elif kind not in _QUOTED and not text[token.start : token.end + 1].isascii():
            raise _foreign_character(text, token)


def _check_name(text: str, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if not is_name(token.text):
        raise _foreign_character(text, token)
    beside = {tokens[i].token_type for i in (index - 1, index + 1) if 0 <= i < len(tokens)}
    if token.text.upper() in NEVER_NAMES and TokenType.DOT not in beside:
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        raise QueryError(foreign_word(token, following) or "", position=_at(text, token))


def _foreign_character(text: str, token: Token) -> QueryError:
    """Return the error for the first character of a word that is not of ADQL's."""
    within = range(token.start, token.end + 1)
    at = next(
        (i for i in within if not (text[i].isascii() and (text[i].isalnum() or text[i] in "_ \t\n\r"))),
        token.start,
    )
    return QueryError(foreign_sign(text[at]), position=position_at(text, at, at + 1))


def _check_number(text: str, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if not is_number(token.text):
        raise QueryError(f"{_shown(token)} is not a number.", position=_at(text, token))
    glued = following is not None and following.start == token.end + 1
    if glued and following is not None and following.token_type in (TokenType.VAR, TokenType.IDENTIFIER):
        word = text[token.start : following.end + 1]
        raise QueryError(
            f"{_cut(word)} is neither a number nor a name: names begin with a letter.",
            position=position_at(text, token.start, following.end + 1),
        )


def _fault(text: str, tokens: Sequence[Token], fault: SyntaxFault) -> QueryError:
    """Say in ADQL's words what the parser stumbled over."""
    index = next((i for i, known in enumerate(tokens) if known is fault.token), len(tokens))
    for near in (index, index - 1, index - 2):
        if 0 <= near < len(tokens):
            following = tokens[near + 1] if near + 1 < len(tokens) else None
            if said := foreign_word(tokens[near], following):
                return QueryError(said, position=_at(text, tokens[near]))
    if fault.token is None:
        last = tokens[-1]
        return QueryError(
            f"The query ends too early: after {_shown(last)} {_missing(fault)}.", position=_at(text, last)
        )
    place = _at(text, fault.token)
    if str(fault).startswith("Expected END"):
        return QueryError(f"After {_shown(fault.token)} {_missing(fault)}.", position=place)
    if str(fault).startswith(("Invalid expression", "Found multiple", "Cannot specify")):
        return QueryError(f"{_shown(fault.token)} was not expected here.", position=place)
    return QueryError(f"Before {_shown(fault.token)} {_missing(fault)}.", position=place)


_MISSING = (
    ("Expecting )", "a closing parenthesis is missing"),
    ("Expecting (", "an opening parenthesis is missing"),
    ("Expected END", "the END of a CASE is missing"),
    ("Expected table", "the name of a table is missing"),
    ("Expected JOIN", "JOIN is missing"),
    ("Expected type", "the name of a type is missing"),
    ("Expected AS in", "AS and a type are missing"),
    ("Expected CTE", "the name of a WITH query is missing"),
)


def _missing(fault: SyntaxFault) -> str:
    said = str(fault)
    return next((missing for start, missing in _MISSING if said.startswith(start)), "something is missing")


def _at(text: str, token: Token) -> Position:
    return position_at(text, token.start, token.end + 1)


def _shown(token: Token) -> str:
    if token.token_type == TokenType.STRING:
        return f"'{_cut(token.text)}'"
    return _cut(token.text) or "the end"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
