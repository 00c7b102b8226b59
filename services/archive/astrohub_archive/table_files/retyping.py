"""Types of columns as their author wants them, in the place of those that were guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import UsageError
from ..ivoa.parameters import shortened
from .rows import Rows

__all__ = ["KINDS", "as_type", "retyped", "texts_of"]

KINDS: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "short": pa.int16(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "char": pa.string(),
    "timestamp": pa.timestamp("us"),
}
"""What a column can be said to be, in the words of VOTable."""


def texts_of(kinds: Mapping[str, str]) -> set[str]:
    """Return the names, in lower case, of the columns whose types are said."""
    return {name.strip().lower() for name in kinds}


def retyped(rows: Rows, kinds: Mapping[str, str]) -> Rows:
    """Return rows whose columns have the types that are said.

    Parameters
    ----------
    rows
        The rows.
    kinds
        For some columns, by their names in any case, one of `KINDS`.

    Raises
    ------
    UsageError
        When there is no such column; later, when a value does not fit.
    """
    if not kinds:
        return rows
    wanted = {name.strip().lower(): KINDS[kind] for name, kind in kinds.items()}
    known = {field.name.strip().lower() for field in rows.schema}
    for name in kinds:
        if name.strip().lower() not in known:
            listed = ", ".join(field.name for field in rows.schema)
            raise UsageError(
                f"The file has no column {shortened(name)}; its columns are {shortened(listed, 300)}."
            )
    fields = [field.with_type(wanted.get(field.name.strip().lower(), field.type)) for field in rows.schema]
    schema = pa.schema(fields)
    return Rows(schema, _batches(rows, schema), rows.description)


def _batches(rows: Rows, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in rows.batches:
        arrays = [as_type(array, field) for array, field in zip(batch.columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def as_type(array: pa.Array, field: pa.Field) -> pa.Array:
    """Return values in the type of a field; text that is empty is NULL where no text is wanted.

    Raises
    ------
    UsageError
        When a value does not fit.
    """
    if array.type == field.type:
        return array
    try:
        if pa.types.is_string(array.type) and not pa.types.is_nested(field.type):
            array = pc.utf8_trim_whitespace(array)
            array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
        return pc.cast(array, field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        said = str(e).splitlines()[0]
        raise UsageError(
            f"The column {field.name} cannot be {_word(field.type)}: {shortened(said, 200)}."
        ) from e


def _word(kind: pa.DataType) -> str:
    return next((word for word, known in KINDS.items() if known == kind), str(kind))
