"""The signs and words of SQL that are not ADQL, and what to say about them."""

from __future__ import annotations

import re

from sqlglot.tokenizer_core import Token, TokenType

from .dialect import AdqlTokenizer
from .postgresql import PostgresTokenizer

__all__ = [
    "ADQL_KINDS",
    "FOREIGN_WORDS",
    "POSTGRES_KINDS",
    "foreign_sign",
    "foreign_word",
    "is_name",
    "is_number",
]

ADQL_KINDS = frozenset(
    {
        *AdqlTokenizer.KEYWORDS.values(),
        TokenType.COMMA,
        TokenType.DASH,
        TokenType.DOT,
        TokenType.EQ,
        TokenType.GT,
        TokenType.IDENTIFIER,
        TokenType.LT,
        TokenType.L_PAREN,
        TokenType.MOD,
        TokenType.NUMBER,
        TokenType.PLUS,
        TokenType.R_PAREN,
        TokenType.SLASH,
        TokenType.STAR,
        TokenType.STRING,
        TokenType.VAR,
    }
)
"""The kinds of tokens that an ADQL query is made of."""

POSTGRES_KINDS = ADQL_KINDS | {
    *PostgresTokenizer.KEYWORDS.values(),
    TokenType.L_BRACKET,
    TokenType.R_BRACKET,
}
"""The kinds of tokens that a query in the PostgreSQL that is read here is made of."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

_SIGNS = {
    "?": "Placeholders are not part of ADQL: write the value itself.",
    ":": "The sign : is not part of ADQL: write values themselves, and CAST(… AS …) for a conversion.",
    "@": "Variables are not part of ADQL: write the value itself.",
    "$": "The sign $ is not part of ADQL: write texts in single quotes and values themselves.",
    ";": "One query at a time is answered: remove what follows the semicolon.",
    "`": "The sign ` is not part of ADQL: write names in double quotes.",
    "!": "The sign ! is not part of ADQL: write NOT, or <> for unequal.",
    "[": "Square brackets are not part of ADQL.",
    "]": "Square brackets are not part of ADQL.",
    "{": "Braces are not part of ADQL.",
    "}": "Braces are not part of ADQL.",
}

# Words that SQL has and ADQL has not. ADQL reserves most of them (ADQL 2.1, §2.1.3).
_FOREIGN_WORDS_LISTED = """
ALTER ANALYZE ANTI ANY ASOF ATTACH BEGIN BY CALL CHECKPOINT COLLATE COLUMNS COMMIT COPY CORRESPONDING
CREATE CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP
CURRENT_USER DEALLOCATE DECLARE DELETE DESCRIBE DETACH DROP ESCAPE EXCLUDE EXEC EXECUTE EXPLAIN EXPORT
EXTRACT FETCH FILTER FOR FORCE FUNCTION GLOB GRANT GROUP GROUPING IMPORT INDEX INSERT INSTALL INTERVAL
INTO LAMBDA LATERAL LIMIT LOAD LOCALTIME LOCALTIMESTAMP MACRO MATCH_RECOGNIZE MATERIALIZED MERGE ORDER
OVER OVERLAPS PARTITION PIVOT PIVOT_LONGER PIVOT_WIDER POSITIONAL PRAGMA PREPARE PROCEDURE QUALIFY
RECURSIVE REFRESH REGEXP RENAME REPLACE RESET RETURNING REVOKE RLIKE ROLLBACK ROLLUP SAMPLE SEMI
SESSION_USER SET SHOW SIMILAR SOME SUMMARIZE SYSTEM_USER TABLE TABLESAMPLE TRANSACTION TRUNCATE_TABLE
UNNEST UNPIVOT UPDATE USE USER VACUUM VALUES WINDOW WITHIN
"""
FOREIGN_WORDS = frozenset(_FOREIGN_WORDS_LISTED.split())
"""Words that name a part of SQL which ADQL does not have; most of them may still be names of columns."""

_NEVER_NAMES_LISTED = """
ALTER BEGIN BY COMMIT CORRESPONDING CREATE DELETE DROP EXEC EXECUTE FETCH FOR GRANT GROUP INSERT INTO
LIMIT ORDER REVOKE ROLLBACK SET UPDATE VALUES
"""
NEVER_NAMES = frozenset(_NEVER_NAMES_LISTED.split())
"""Words that ADQL reserves and that begin a clause or statement of SQL: names only in double quotes."""


def is_name(text: str) -> bool:
    """Say whether a word can be a name without quotes (ADQL 2.1, §2.1.2; an underscore may lead)."""
    return _NAME.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Say whether a word is a number as ADQL writes it."""
    return _NUMBER.fullmatch(text) is not None


def foreign_sign(character: str) -> str:
    """Return the sentence for a sign that ADQL does not have."""
    if character in _SIGNS:
        return _SIGNS[character]
    if character in "‘’‚“”„«»´":
        return f"The sign {character} is not a quote of ADQL: write ' around texts and \" around names."
    if character.isspace():
        return f"The blank U+{ord(character):04X} cannot stand outside quotes: write an ordinary one."
    if character.isascii():
        return f"The sign {character} is not part of ADQL."
    return f"The character {character} (U+{ord(character):04X}) cannot stand outside quotes in ADQL."


def foreign_word(word: Token, following: Token | None) -> str | None:
    """Return the sentence for a word of SQL that ADQL does not have, if it is one."""
    name = word.text.upper()
    if name == "TOP" and following is not None and following.token_type == TokenType.NUMBER:
        # A word of ADQL is read as a name in another language only.
        return f"There is no TOP: write LIMIT {following.text} at the end of the query."
    if word.token_type != TokenType.VAR or name not in FOREIGN_WORDS:
        return None
    if name in ("LIMIT", "FETCH"):
        count = following.text if following and following.token_type == TokenType.NUMBER else "10"
        return f"ADQL has no {name}: write SELECT TOP {count} … instead."
    if name in ("GROUP", "ORDER"):
        return f"{name} must be followed by BY; as a name it needs double quotes."
    if name in NEVER_NAMES:
        return f"{name} is not part of an ADQL query; as a name it needs double quotes."
    return f"{name} is not part of an ADQL query."
