"""What sqlglot reads as PostgreSQL: ADQL's vocabulary, and what users of q3c write besides.

LIMIT in place of TOP, `value::type`, LATERAL subqueries, ARRAY[…] and `mydb://table`. What is read becomes
the same tree that ADQL becomes, so that the same allow-list and the same writing stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token, TokenType

from .dialect import AdqlParser, AdqlTokenizer

__all__ = ["PostgreSQL", "PostgresParser", "PostgresTokenizer", "with_own_tables"]

_TYPES = {
    "BPCHAR": "CHAR",
    "DECIMAL": "DOUBLE",
    "FLOAT4": "REAL",
    "FLOAT8": "DOUBLE",
    "INT2": "SMALLINT",
    "INT4": "INTEGER",
    "INT8": "BIGINT",
    "NUMERIC": "DOUBLE",
    "TEXT": "VARCHAR",
}
"""Names of types that PostgreSQL has besides ADQL's."""


class PostgresTokenizer(AdqlTokenizer):
    """Cuts a text into the words and signs of the PostgreSQL that is read here."""

    KEYWORDS: ClassVar[dict[str, TokenType]] = {
        **{word: kind for word, kind in AdqlTokenizer.KEYWORDS.items() if word != "TOP"},
        "LIMIT": TokenType.LIMIT,
        "LATERAL": TokenType.LATERAL,
        "::": TokenType.DCOLON,
    }


PostgresTokenizer._COMMENTS = {"--": None, "/*": "*/"}
PostgresTokenizer._FORMAT_STRINGS = {}


class PostgresParser(AdqlParser):
    """Puts tokens together into a query."""

    COLUMN_OPERATORS: ClassVar[dict[TokenType, Any]] = {
        TokenType.DOT: None,
        TokenType.DCOLON: lambda self, this, to: self.expression(exp.Cast(this=this, to=to)),
    }
    CAST_COLUMN_OPERATORS: ClassVar[set[TokenType]] = {TokenType.DCOLON}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        **AdqlParser.NO_PAREN_FUNCTION_PARSERS,
        "ARRAY": lambda self: self._parse_array(),
    }
    SET_OP_MODIFIERS: ClassVar[set[str]] = {*AdqlParser.SET_OP_MODIFIERS, "limit"}
    QUERY_MODIFIER_PARSERS: ClassVar[dict[TokenType, Any]] = {
        **AdqlParser.QUERY_MODIFIER_PARSERS,
        TokenType.LIMIT: parser.Parser.QUERY_MODIFIER_PARSERS[TokenType.LIMIT],
    }
    QUERY_MODIFIER_TOKENS: ClassVar[set[TokenType]] = set(QUERY_MODIFIER_PARSERS)

    def _parse_dcolon(self) -> exp.Expr | None:
        return self._parse_target()

    def _type_name(self) -> str:
        name = super()._type_name()
        if name == "CHARACTER" and self._match_text_seq("VARYING"):
            return "VARCHAR"
        return _TYPES.get(name, name)

    def _parse_array(self) -> exp.Expr:
        """Read `ARRAY[value, …]`, of one level."""
        if not self._match(TokenType.L_BRACKET):
            self.raise_error("Expecting [")
        values = self._parse_csv(self._parse_disjunction)
        if not self._match(TokenType.R_BRACKET):
            self.raise_error("Expecting ]")
        return self.expression(exp.Array(expressions=values))


class PostgreSQL(Dialect):
    """The PostgreSQL that is read here as a dialect of sqlglot."""

    Tokenizer = PostgresTokenizer
    Parser = PostgresParser
    NULL_ORDERING = "nulls_are_large"


def with_own_tables(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens of a query with each `mydb://name` as `mydb.name`."""
    read: list[Token] = []
    index = 0
    kinds = [token.token_type for token in tokens]
    while index < len(tokens):
        token = tokens[index]
        read.append(token)
        index += 1
        if token.token_type == TokenType.VAR and token.text.lower() == "mydb":
            signs = tokens[index : index + 3]
            if kinds[index : index + 3] == _SLASHES and signs[2].end == token.end + 3:
                read.append(
                    Token(TokenType.DOT, ".", signs[0].line, signs[0].col, signs[0].start, signs[2].end)
                )
                index += 3
    return read


_SLASHES = [TokenType.COLON, TokenType.SLASH, TokenType.SLASH]
