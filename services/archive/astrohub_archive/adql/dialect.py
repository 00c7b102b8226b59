"""What sqlglot reads as ADQL 2.1: a small vocabulary, and a parser without the other dialects' gates.

The tokenizer knows the words of ADQL's grammar only; every other word is a name. The parser knows no
function, no statement besides a query, no placeholder and no type: a function call is an
`exp.Anonymous` whatever it calls, so that the allow-list (`functions.py`) sees all of them alike.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, NoReturn

from sqlglot import exp, parser, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError
from sqlglot.tokenizer_core import Token, TokenType

__all__ = ["ADQL", "AdqlParser", "AdqlTokenizer", "SyntaxFault"]

_WORDS = {
    "ALL": TokenType.ALL,
    "AND": TokenType.AND,
    "AS": TokenType.ALIAS,
    "ASC": TokenType.ASC,
    "BETWEEN": TokenType.BETWEEN,
    "CASE": TokenType.CASE,
    "CROSS": TokenType.CROSS,
    "DESC": TokenType.DESC,
    "DISTINCT": TokenType.DISTINCT,
    "ELSE": TokenType.ELSE,
    "END": TokenType.END,
    "EXCEPT": TokenType.EXCEPT,
    "EXISTS": TokenType.EXISTS,
    "FALSE": TokenType.FALSE,
    "FROM": TokenType.FROM,
    "FULL": TokenType.FULL,
    "GROUP BY": TokenType.GROUP_BY,
    "HAVING": TokenType.HAVING,
    "ILIKE": TokenType.ILIKE,
    "IN": TokenType.IN,
    "INNER": TokenType.INNER,
    "INTERSECT": TokenType.INTERSECT,
    "IS": TokenType.IS,
    "JOIN": TokenType.JOIN,
    "LEFT": TokenType.LEFT,
    "LIKE": TokenType.LIKE,
    "NATURAL": TokenType.NATURAL,
    "NOT": TokenType.NOT,
    "NULL": TokenType.NULL,
    "OFFSET": TokenType.OFFSET,
    "ON": TokenType.ON,
    "OR": TokenType.OR,
    "ORDER BY": TokenType.ORDER_BY,
    "OUTER": TokenType.OUTER,
    "RIGHT": TokenType.RIGHT,
    "SELECT": TokenType.SELECT,
    "THEN": TokenType.THEN,
    "TOP": TokenType.TOP,
    "TRUE": TokenType.TRUE,
    "UNION": TokenType.UNION,
    "USING": TokenType.USING,
    "WHEN": TokenType.WHEN,
    "WHERE": TokenType.WHERE,
    "WITH": TokenType.WITH,
}
_SIGNS = {
    "||": TokenType.DPIPE,
    ">=": TokenType.GTE,
    "<=": TokenType.LTE,
    "<>": TokenType.NEQ,
    "!=": TokenType.NEQ,
}
_LITERALS = frozenset({TokenType.NUMBER, TokenType.STRING})
_NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER})


class SyntaxFault(ParseError):
    """A text that is not ADQL, with the token at which that showed; none at the text's end."""

    def __init__(self, message: str, token: Token | None) -> None:
        super().__init__(message)
        self.token = token


class AdqlTokenizer(tokens.Tokenizer):
    """Cuts a text into the words and signs of ADQL."""

    KEYWORDS: ClassVar[dict[str, TokenType]] = {**_WORDS, **_SIGNS}
    SINGLE_TOKENS: ClassVar[dict[str, TokenType]] = {
        **tokens.Tokenizer.SINGLE_TOKENS,
        "!": TokenType.EXCLAMATION,
        "$": TokenType.DOLLAR,
    }
    COMMANDS: ClassVar[set[TokenType]] = set()
    NESTED_COMMENTS = False


# sqlglot adds template comments ({# … #}) and national strings (N'…') to every dialect.
AdqlTokenizer._COMMENTS = {"--": None, "/*": "*/"}
AdqlTokenizer._FORMAT_STRINGS = {}


class AdqlParser(parser.Parser):
    """Puts tokens together into a query; says at which token that fails."""

    STATEMENT_PARSERS: ClassVar[dict[TokenType, Any]] = {}
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CAST": lambda self: self._parse_adql_cast()}
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CASE": lambda self: self._parse_case()}
    PLACEHOLDER_PARSERS: ClassVar[dict[TokenType, Any]] = {}
    PROPERTY_PARSERS: ClassVar[dict[str, Any]] = {}
    LAMBDAS: ClassVar[dict[TokenType, Any]] = {}
    COLUMN_OPERATORS: ClassVar[dict[TokenType, Any]] = {TokenType.DOT: None}
    CAST_COLUMN_OPERATORS: ClassVar[set[TokenType]] = set()
    ASSIGNMENT: ClassVar[dict[TokenType, Any]] = {}
    BITWISE: ClassVar[dict[TokenType, Any]] = {}
    SUBQUERY_PREDICATES: ClassVar[dict[TokenType, Any]] = {TokenType.EXISTS: exp.Exists}
    FUNC_TOKENS: ClassVar[set[TokenType]] = {TokenType.VAR, TokenType.EXISTS}
    ID_VAR_TOKENS: ClassVar[set[TokenType]] = {TokenType.VAR}
    ALIAS_TOKENS: ClassVar[set[TokenType]] = {TokenType.VAR}
    TABLE_ALIAS_TOKENS: ClassVar[set[TokenType]] = {TokenType.VAR}
    AMBIGUOUS_ALIAS_TOKENS: ClassVar[Any] = ()
    RESERVED_TOKENS: ClassVar[set[TokenType]] = set(TokenType) - _NAMES
    SET_OP_MODIFIERS: ClassVar[set[str]] = {"order", "offset"}
    QUERY_MODIFIER_PARSERS: ClassVar[dict[TokenType, Any]] = {
        kind: parser.Parser.QUERY_MODIFIER_PARSERS[kind]
        for kind in (
            TokenType.WHERE,
            TokenType.GROUP_BY,
            TokenType.HAVING,
            TokenType.ORDER_BY,
            TokenType.OFFSET,
        )
    }
    QUERY_MODIFIER_TOKENS: ClassVar[set[TokenType]] = set(QUERY_MODIFIER_PARSERS)
    RANGE_PARSERS: ClassVar[dict[TokenType, Any]] = {
        kind: parser.Parser.RANGE_PARSERS[kind]
        for kind in (TokenType.BETWEEN, TokenType.ILIKE, TokenType.IN, TokenType.IS, TokenType.LIKE)
    }

    def raise_error(self, message: str, token: Token = parser.SENTINEL_NONE) -> NoReturn:
        """Say at which token the text ceased to be ADQL; `syntax.py` finds the words."""
        raise SyntaxFault(message, token or self._curr or None)

    def _parse_csv(self, parse_method: Any, sep: TokenType = TokenType.COMMA) -> list[Any]:
        if (item := parse_method()) is None:
            if self._match(sep, advance=False):
                self.raise_error("Expected something before a comma")
            return []
        items = [item]
        while self._match(sep):
            if (item := parse_method()) is None:
                self.raise_error("Expected something after a comma")
            items.append(item)
        return items

    def _parse_in(self, this: exp.Expr | None, alias: bool = False) -> exp.In:
        """Read what follows IN; a list of nothing but numbers and texts without a detour for each."""
        listed = self._literals()
        if listed is None:
            return super()._parse_in(this, alias)
        return self.expression(exp.In(this=this, expressions=listed))

    def _literals(self) -> list[exp.Expr] | None:
        """Return the literals of a list in parentheses and go on behind it; None if it is another list."""
        tokens, index = self._tokens, self._index
        end = index + 1
        while end + 1 < len(tokens) and tokens[end].token_type in _LITERALS:
            if tokens[end + 1].token_type is not TokenType.COMMA:
                break
            end += 2
        closed = end + 1 < len(tokens) and tokens[end + 1].token_type is TokenType.R_PAREN
        if not closed or tokens[index].token_type is not TokenType.L_PAREN:
            return None
        if tokens[end].token_type not in _LITERALS:
            return None
        parsers: dict[TokenType, Any] = self.PRIMARY_PARSERS
        written = [parsers[t.token_type](self, t) for t in tokens[index + 1 : end + 1 : 2]]
        self._advance(end + 2 - index)
        return written

    def _parse_function_parameter(self) -> exp.Expr | None:
        """Read a name in the list of names after an alias: `AS x (a, b)`."""
        return self._parse_id_var(any_token=False)

    def _parse_string_as_identifier(self) -> exp.Identifier | None:
        return None

    def _parse_type(
        self, parse_interval: bool = True, fallback_to_identifier: bool = False
    ) -> exp.Expr | None:
        return self._parse_atom() or self._parse_column()

    def _parse_join(
        self,
        skip_join_token: bool = False,
        parse_bracket: bool = False,
        alias_tokens: Collection[TokenType] | None = None,
    ) -> exp.Join | None:
        comma = self._match(TokenType.COMMA)
        start = self._curr
        method, side, kind = (None, None, None) if comma else self._parse_join_parts()
        if not comma and not self._match(TokenType.JOIN):
            if method or side or kind:
                self.raise_error("Expected JOIN")
            return None
        table = self._parse_table()
        if table is None:
            self.raise_error("Expected table name")
        join = exp.Join(
            this=table,
            method=method.text.upper() if method else None,
            side=side.text.upper() if side else None,
            kind="COMMA" if comma else kind.text.upper() if kind else None,
        )
        if not comma and self._match(TokenType.ON):
            join.set("on", self._parse_disjunction() or self.raise_error("Expected a condition"))
        elif not comma and self._match(TokenType.USING):
            join.set("using", self._parse_wrapped_csv(self._parse_id_var))
        return self.expression(join, token=start)

    def _parse_adql_cast(self) -> exp.Expr:
        """Read `CAST(value AS TYPE(length))`; the type's name goes on as it was written."""
        value = self._parse_disjunction()
        if not self._match(TokenType.ALIAS):
            self.raise_error("Expected AS in CAST")
        return self.expression(exp.Cast(this=value, to=self._parse_target()))

    def _parse_target(self) -> exp.Expr:
        """Read `TYPE(length)`."""
        start = self._curr
        if not self._match(TokenType.VAR):
            self.raise_error("Expected type in CAST")
        name = self._type_name()
        length = None
        if self._match(TokenType.L_PAREN):
            length = self._parse_number() or self.raise_error("Expected length in CAST")
            self._match_r_paren()
        return self.expression(exp.DataTypeParam(this=exp.Var(this=name), expression=length), token=start)

    def _type_name(self) -> str:
        """Return the name of the type whose first word has just been read."""
        name = str(self._prev.text).upper()
        return "DOUBLE PRECISION" if name == "DOUBLE" and self._match_text_seq("PRECISION") else name


class ADQL(Dialect):
    """ADQL 2.1 as a dialect of sqlglot."""

    Tokenizer = AdqlTokenizer
    Parser = AdqlParser
    NULL_ORDERING = "nulls_are_last"
