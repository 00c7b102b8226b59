"""What is known of the columns, as metadata of Arrow fields: in Arrow streams and in Parquet files alike."""

from __future__ import annotations

import pyarrow as pa

from ..models import ResultColumn

__all__ = ["described"]

_KEYS = ("unit", "ucd", "utype", "description", "datatype", "arraysize", "xtype")


def described(schema: pa.Schema, columns: tuple[ResultColumn, ...], maxrec: int) -> pa.Schema:
    """Return the schema of an answer with unit, UCD, description, … at each field, and the row limit."""
    fields = [field.with_metadata(_metadata(c)) for field, c in zip(schema, columns, strict=True)]
    return pa.schema(fields, metadata={"astrohub.maxrec": str(maxrec)})


def _metadata(column: ResultColumn) -> dict[str, str]:
    values = {key: getattr(column, key) for key in _KEYS}
    return {key: value for key, value in values.items() if value}
