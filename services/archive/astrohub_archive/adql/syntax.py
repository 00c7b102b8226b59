"""From text to tree; whatever is not ADQL becomes a sentence with a position."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from ..errors import Position, QueryError
from ..settings import Limits
from .bounds import check_nesting, check_text, check_tokens
from .dialect import ADQL, AdqlParser, AdqlTokenizer, SyntaxFault
from .languages import Language
from .positions import position_at
from .postgresql import PostgresParser, PostgreSQL, PostgresTokenizer, with_own_tables
from .vocabulary import (
    ADQL_KINDS,
    NEVER_NAMES,
    POSTGRES_KINDS,
    foreign_sign,
    foreign_word,
    is_name,
    is_number,
)

__all__ = ["parse"]

_FRAMES_PER_LEVEL = 60
_BASE_FRAMES = 2_000
_QUOTED = frozenset({TokenType.STRING, TokenType.IDENTIFIER})
_PARSER_FAILURES = (SqlglotError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a parser for thirty dialects may raise on a text that is none of them."""
_OPERAND_ENDS = frozenset(
    {
        *(TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.R_PAREN),
        *(TokenType.NULL, TokenType.TRUE, TokenType.FALSE, TokenType.END, TokenType.STAR),
    }
)
_OPERATORS = frozenset(
    {
        *(TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT, TokenType.GTE),
        *(TokenType.SLASH, TokenType.MOD, TokenType.DPIPE, TokenType.AND, TokenType.OR),
        *(TokenType.LIKE, TokenType.ILIKE, TokenType.IN, TokenType.BETWEEN, TokenType.IS),
    }
)
_QUERY_STARTS = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN})


@dataclass(frozen=True)
class _Grammar:
    """How a language is read: its words, its clauses, and the kinds of tokens that it is made of."""

    dialect: Dialect
    tokenizer: type[AdqlTokenizer]
    parser: type[AdqlParser]
    kinds: frozenset[TokenType]


_GRAMMARS = {
    Language.ADQL: _Grammar(ADQL(), AdqlTokenizer, AdqlParser, ADQL_KINDS),
    Language.POSTGRESQL: _Grammar(PostgreSQL(), PostgresTokenizer, PostgresParser, POSTGRES_KINDS),
}


def parse(text: str, limits: Limits, language: Language = Language.ADQL) -> exp.Query:
    """Read a text as one query.

    Raises
    ------
    QueryError
        With the place at which the text ceased to be of the language.
    """
    grammar = _GRAMMARS[language]
    check_text(text, limits)
    tokens = _tokenize(text, grammar)
    check_tokens(text, tokens)
    tokens = _without_last_semicolon(text, tokens)
    if language is Language.POSTGRESQL:
        tokens = with_own_tables(tokens)
    _check_words(text, tokens, grammar.kinds)
    check_nesting(text, tokens, limits)
    # The parser recurses by about fifty frames a level of parentheses.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _BASE_FRAMES + _FRAMES_PER_LEVEL * limits.query_depth))
    try:
        trees = grammar.parser(dialect=grammar.dialect).parse(tokens, text)
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


def _tokenize(text: str, grammar: _Grammar) -> list[Token]:
    try:
        return grammar.tokenizer(dialect=grammar.dialect).tokenize(text)
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


def _check_words(text: str, tokens: Sequence[Token], kinds: frozenset[TokenType]) -> None:
    """Refuse what cannot be a word of the language, before the parser makes something of it."""
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
        elif kind == TokenType.DOT and index and tokens[index - 1].token_type == TokenType.DOT:
            raise QueryError("Between the two dots a name is missing.", position=_at(text, token))
        elif kind not in kinds:
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
    has_point_before = index > 0 and tokens[index - 1].token_type == TokenType.DOT
    if not is_number(token.text) or (has_point_before and "." in token.text):
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
    if (sign := _without_left_side(tokens[:index], fault)) is not None:
        return QueryError(f"Before {_shown(sign)} something is missing.", position=_at(text, sign))
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


def _without_left_side(tokens: Sequence[Token], fault: SyntaxFault) -> Token | None:
    """Return the operator before which nothing stands, if that is the fault; the parser stops after it."""
    if not str(fault).startswith("Required keyword: 'this'"):
        return None
    pairs = zip(reversed(tokens[:-1]), reversed(tokens[1:]), strict=True)
    return next(
        (b for a, b in pairs if b.token_type in _OPERATORS and a.token_type not in _OPERAND_ENDS), None
    )


_MISSING = (
    ("Expecting )", "a closing parenthesis is missing"),
    ("Expecting (", "an opening parenthesis is missing"),
    ("Expecting [", "an opening bracket is missing"),
    ("Expecting ]", "a closing bracket is missing"),
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
