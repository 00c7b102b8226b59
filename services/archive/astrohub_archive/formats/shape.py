"""The shape of an answer: which types its columns have in every format, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import QueryError
from ..models import ResultColumn
from .text import build_texts

__all__ = ["Shape", "shape_of"]

# Clients ask for the same columns again and again.
_SHAPES = 64


@dataclass(frozen=True)
class _Kind:
    """An Arrow type as it is written, and the words of VOTable for it."""

    arrow: pa.DataType
    datatype: str
    arraysize: str | None = None
    xtype: str | None = None


@dataclass(frozen=True)
class Shape:
    """The columns of an answer.

    Attributes
    ----------
    schema
        The Arrow schema of the rows that `fit` returns.
    columns
        What is known of each column; datatype is always set, and agrees with the schema.
    """

    schema: pa.Schema
    columns: tuple[ResultColumn, ...]

    def fit(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows in the types of `schema`.

        Raises
        ------
        QueryError
            When a value does not fit, such as a sum beyond 64 bits.
        """
        if batch.schema.types == self.schema.types:
            return pa.RecordBatch.from_arrays(batch.columns, schema=self.schema)
        arrays = [_convert(array, field) for array, field in zip(batch.columns, self.schema, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


@lru_cache(maxsize=_SHAPES)
def shape_of(schema: pa.Schema, known: tuple[ResultColumn, ...]) -> Shape:
    """Return the shape of rows as the engine delivers them.

    Parameters
    ----------
    schema
        Names and types of the engine.
    known
        What the query knows of its columns, in the same order; may be shorter.
    """
    fields: list[pa.Field] = []
    columns: list[ResultColumn] = []
    for number, field in enumerate(schema):
        column = known[number] if number < len(known) else ResultColumn(field.name)
        kind = _kind(field.type)
        datatype, arraysize = kind.datatype, kind.arraysize
        if kind.datatype == "unicodeChar":
            # Only the query knows that a text is plain; an expression may yield any character.
            datatype = column.datatype if column.datatype in ("char", "unicodeChar") else "unicodeChar"
            arraysize = _text_size(column.arraysize)
        elif kind.xtype == "timestamp":
            arraysize = "*"
        columns.append(
            replace(column, datatype=datatype, arraysize=arraysize, xtype=column.xtype or kind.xtype)
        )
        fields.append(pa.field(column.name, kind.arrow))
    return Shape(pa.schema(fields), tuple(columns))


_PLAIN: dict[pa.DataType, _Kind] = {
    pa.bool_(): _Kind(pa.bool_(), "boolean"),
    pa.int8(): _Kind(pa.int16(), "short"),
    pa.uint8(): _Kind(pa.uint8(), "unsignedByte"),
    pa.int16(): _Kind(pa.int16(), "short"),
    pa.uint16(): _Kind(pa.int32(), "int"),
    pa.int32(): _Kind(pa.int32(), "int"),
    pa.uint32(): _Kind(pa.int64(), "long"),
    pa.int64(): _Kind(pa.int64(), "long"),
    pa.uint64(): _Kind(pa.int64(), "long"),
    pa.float16(): _Kind(pa.float32(), "float"),
    pa.float32(): _Kind(pa.float32(), "float"),
    pa.float64(): _Kind(pa.float64(), "double"),
}
_TEXT = _Kind(pa.string(), "unicodeChar", "*")


def _kind(arrow: pa.DataType) -> _Kind:
    types = pa.types
    if arrow in _PLAIN:
        return _PLAIN[arrow]
    if types.is_decimal(arrow):
        return _PLAIN[pa.int64()] if arrow.scale == 0 else _PLAIN[pa.float64()]
    if types.is_timestamp(arrow):
        return _Kind(pa.timestamp("us"), "char", "*", "timestamp")
    if types.is_date(arrow):
        return _Kind(pa.date32(), "char", "*", "timestamp")
    if types.is_binary(arrow) or types.is_large_binary(arrow):
        return _Kind(pa.binary(), "unsignedByte", "*")
    if types.is_fixed_size_list(arrow) and arrow.value_type in _PLAIN:
        item = _PLAIN[arrow.value_type]
        return _Kind(pa.list_(item.arrow, arrow.list_size), item.datatype, str(arrow.list_size))
    if types.is_list(arrow) and arrow.value_type in _PLAIN:
        item = _PLAIN[arrow.value_type]
        return _Kind(pa.list_(item.arrow), item.datatype, "*")
    return _TEXT


def _text_size(known: str | None) -> str:
    """Return the arraysize of a text: its length may vary, whatever the column's may not."""
    if known is None or "x" in known:
        return "*"
    return known if known.endswith("*") else f"{known}*"


def _convert(array: pa.Array, field: pa.Field) -> pa.Array:
    if array.type == field.type:
        return array
    if field.type == pa.string() and pa.types.is_nested(array.type):
        return build_texts(None if value is None else str(value) for value in array.to_pylist())
    try:
        return pc.cast(array, field.type)
    except pa.ArrowInvalid as e:
        raise QueryError(
            f"A value of the column {field.name} does not fit in {field.type}; cast it to DOUBLE PRECISION."
        ) from e
    except pa.ArrowNotImplementedError:
        return build_texts(None if value is None else str(value) for value in array.to_pylist())
