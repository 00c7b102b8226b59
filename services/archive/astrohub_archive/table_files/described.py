"""Columns in the metadata of Arrow fields: how units, UCDs and descriptions travel with the rows."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from ..errors import UsageError
from ..formats.shape import Shape, shape_of
from ..ivoa.parameters import shortened
from ..models import HEALPIX_COLUMN, Column, ResultColumn

__all__ = ["MOST_COLUMNS", "columns_of", "described", "kept_shape", "known_columns", "own_shape"]

_KEYS = ("unit", "ucd", "utype", "description", "datatype", "arraysize", "xtype")
MOST_COLUMNS = 2000
_LONGEST_NAME = 128
_LONGEST_WORDS = 4000


def known_columns(schema: pa.Schema) -> tuple[ResultColumn, ...]:
    """Return what the metadata of a schema's fields say of the columns."""
    return tuple(ResultColumn(field.name, **_words(field)) for field in schema)


def kept_shape(schema: pa.Schema) -> Shape:
    """Return the shape in which rows of a schema are kept, with names that a table can have.

    Raises
    ------
    UsageError
        When a name cannot be kept, or there are too many columns.
    """
    if len(schema) > MOST_COLUMNS:
        raise UsageError(f"There are {len(schema):,} columns; a table may have {MOST_COLUMNS:,}.")
    if not len(schema):
        raise UsageError("There are no columns.")
    names = _distinct(_checked(field.name, number) for number, field in enumerate(schema, 1))
    renamed = [field.with_name(name) for field, name in zip(schema, names, strict=True)]
    shape = shape_of(pa.schema(renamed), known_columns(pa.schema(renamed)))
    # A table has times, not days: an engine compares only like with like.
    fields = [
        pa.field(field.name, pa.timestamp("us")) if pa.types.is_date(field.type) else field
        for field in shape.schema
    ]
    return Shape(pa.schema(fields), shape.columns)


def own_shape(schema: pa.Schema) -> Shape:
    """Return the shape in which a user's rows are kept; the name of our own index of positions is not theirs.

    Raises
    ------
    UsageError
        As `kept_shape` does.
    """
    own = HEALPIX_COLUMN.lstrip("_")
    names = [own if name.strip() == HEALPIX_COLUMN else name for name in schema.names]
    return kept_shape(pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)]))


def described(shape: Shape) -> pa.Schema:
    """Return the schema of a shape with what is known of its columns as metadata."""
    return pa.schema(
        [
            field.with_metadata({key: value for key in _KEYS if (value := getattr(column, key))})
            for field, column in zip(shape.schema, shape.columns, strict=True)
        ]
    )


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """Return the columns of a table whose file has a schema made by `described`."""
    return tuple(
        Column(name=column.name, principal=True, **{"datatype": "char", **words})  # type: ignore[arg-type]
        for column in schema
        for words in (_words(column),)
    )


def _words(field: pa.Field) -> dict[str, str]:
    metadata = field.metadata or {}
    found = {key: metadata.get(key.encode(), b"").decode("utf-8", "replace") for key in _KEYS}
    return {key: value[:_LONGEST_WORDS] for key, value in found.items() if value}


def _checked(name: str, number: int) -> str:
    stripped = name.strip()
    if not stripped:
        return f"col_{number}"
    if len(stripped) > _LONGEST_NAME or not stripped.isprintable():
        raise UsageError(
            f"The name of column {number}, {shortened(stripped)!r}, cannot be kept: "
            f"it may have {_LONGEST_NAME} characters that can be printed."
        )
    return stripped


def _distinct(names: Iterable[str]) -> list[str]:
    """Return names that differ whatever the case: of equal ones the second is followed by _2."""
    given = list(names)
    reserved = {name.lower() for name in given}
    taken: set[str] = set()
    result = []
    for name in given:
        chosen, number = name, 2
        while chosen.lower() in taken or (chosen != name and chosen.lower() in reserved):
            chosen, number = f"{name}_{number}", number + 1
        taken.add(chosen.lower())
        result.append(chosen)
    return result
