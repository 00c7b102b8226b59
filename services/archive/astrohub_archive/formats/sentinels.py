"""Numbers in the place of NULL, for VOTable's BINARY, which cannot say it otherwise (VOTable 1.4, §4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import QueryError
from ..models import ResultColumn

__all__ = ["Sentinels"]


@dataclass(frozen=True)
class Sentinels:
    """The whole number that stands for NULL in each column, chosen before any row is known: the smallest.

    Attributes
    ----------
    columns
        What is known of the columns as they are written: octets become short, to have a number left.
    numbers
        The number of each column, or None where NaN or nothing says it.
    """

    columns: tuple[ResultColumn, ...]
    numbers: tuple[int | None, ...]

    @classmethod
    def of(cls, schema: pa.Schema, columns: Sequence[ResultColumn]) -> Sentinels:
        """Choose the numbers for the columns of an answer."""
        written, numbers = [], []
        for field, column in zip(schema, columns, strict=True):
            kind = _element(field.type)
            is_octets = pa.types.is_binary(field.type) or not pa.types.is_integer(kind)
            numbers.append(None if is_octets else int(np.iinfo(_wide(kind).to_pandas_dtype()).min))
            widened = pa.types.is_uint8(kind) and not is_octets
            written.append(replace(column, datatype="short") if widened else column)
        return cls(tuple(written), tuple(numbers))

    def put_into(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return rows without NULL among their whole numbers.

        Raises
        ------
        QueryError
            When a row holds the very number that stands for NULL.
        """
        arrays = [
            array if number is None else _filled(array, number, column.name)
            for array, number, column in zip(batch.columns, self.numbers, self.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in self.columns])


def _element(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_nested(kind) else kind


def _wide(kind: pa.DataType) -> pa.DataType:
    return pa.int16() if pa.types.is_uint8(kind) else kind


def _filled(array: pa.Array, number: int, name: str) -> pa.Array:
    kind = array.type
    if pa.types.is_list(kind):
        flat = _filled(array.flatten(), number, name)
        counts = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), flat)
    if pa.types.is_fixed_size_list(kind):
        size = kind.list_size
        values = array.values.slice(array.offset * size, len(array) * size)
        is_there = np.repeat(array.is_valid().to_numpy(zero_copy_only=False), size)
        values = pc.if_else(pa.array(is_there), values, pa.scalar(None, values.type))
        return pa.FixedSizeListArray.from_arrays(_filled(values, number, name), size)
    if pc.min(array).as_py() == number:
        raise QueryError(
            f"The column {name} holds {number}, the number that stands for NULL in VOTable's BINARY; "
            "ask for BINARY2, which needs none."
        )
    return pc.fill_null(pc.cast(array, _wide(kind)), number)
