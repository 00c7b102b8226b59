"""What is known of the columns, as metadata of Arrow fields and as words for other headers."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from ..models import ResultColumn

__all__ = ["described", "words_of"]

_KEYS = ("unit", "ucd", "utype", "description", "datatype", "arraysize", "xtype")


@lru_cache(maxsize=64)
def described(schema: pa.Schema, columns: tuple[ResultColumn, ...], maxrec: int) -> pa.Schema:
    """Return the schema of an answer with unit, UCD, description, … at each field, and the row limit."""
    fields = [field.with_metadata(words_of(c)) for field, c in zip(schema, columns, strict=True)]
    return pa.schema(fields, metadata={"astrohub.maxrec": str(maxrec)})


def words_of(column: ResultColumn) -> dict[str, str]:
    """Return what is known of a column, by VOTable's names of it."""
    values = {key: getattr(column, key) for key in _KEYS}
    return {key: value for key, value in values.items() if value}
