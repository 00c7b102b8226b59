"""The languages in which a query can be written."""

from __future__ import annotations

import re
from enum import StrEnum

_TOP = re.compile(r"write SELECT TOP (\d+) … instead")
_NAME = " PostgreSQL that is read here"

__all__ = ["Language"]


class Language(StrEnum):
    """A language; its value is its name in LANG (TAP 1.1, §2.7.1)."""

    ADQL = "ADQL"
    POSTGRESQL = "PostgreSQL"

    def worded(self, sentence: str) -> str:
        """Return a sentence about ADQL as one about this language."""
        if self is Language.ADQL:
            return sentence
        sentence = _TOP.sub(r"write LIMIT \1 at the end", sentence)
        if sentence.startswith("ADQL "):
            sentence = f"The{_NAME} {sentence[5:]}"
        return sentence.replace("an ADQL query", "a query here").replace(" ADQL", f" the{_NAME}")
