"""Numbers as big-endian bytes: what VOTable's binary serializations and FITS both write."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["Values", "big_endian", "fixed_list", "native", "packed", "side_by_side"]

Values = NDArray[np.generic]


def native(array: pa.Array, missing: int = 0) -> Values:
    """Return numbers as they are in memory; NULL as NaN, or as `missing` among whole numbers."""
    fill = float("nan") if pa.types.is_floating(array.type) else missing
    values = array.fill_null(fill) if array.null_count else array
    numbers: Values = values.to_numpy(zero_copy_only=False)
    return numbers


def big_endian(array: pa.Array, missing: int = 0) -> Values:
    """Return numbers in the byte order of networks; NULL as `native` has it."""
    numbers = native(array, missing)
    return numbers.astype(numbers.dtype.newbyteorder(">"), copy=False)


def fixed_list(array: pa.Array, missing: int = 0) -> Values:
    """Return lists of one length as rows of numbers; a NULL list consists of NULLs."""
    size = array.type.list_size
    values = big_endian(array.values.slice(array.offset * size, len(array) * size), missing).reshape(-1, size)
    if array.null_count:
        fill = np.nan if pa.types.is_floating(array.type.value_type) else missing
        gone = array.is_null().to_numpy(zero_copy_only=False)[:, None]
        values = np.where(gone, np.array(fill, values.dtype), values)
    return values.astype(values.dtype.newbyteorder(">"), copy=False)


def side_by_side(columns: Sequence[Values]) -> NDArray[np.void]:
    """Put columns of fixed width side by side, as records in the byte order of networks."""
    records = np.empty(len(columns[0]), dtype=_layout(columns))
    _fill(records, columns)
    return records


def packed(columns: Sequence[Values], before: bytes) -> memoryview:
    """Return the bytes of the records that `side_by_side` makes, with others before them."""
    layout = _layout(columns)
    content = np.empty(len(before) + len(columns[0]) * layout.itemsize, dtype=np.uint8)
    content[: len(before)] = np.frombuffer(before, dtype=np.uint8)
    _fill(content[len(before) :].view(layout), columns)
    return content.data


def _layout(columns: Sequence[Values]) -> np.dtype[np.void]:
    fields = [(f"f{n}", one.dtype.newbyteorder(">"), one.shape[1:]) for n, one in enumerate(columns)]
    return np.dtype(fields)


def _fill(records: NDArray[np.void], columns: Sequence[Values]) -> None:
    for number, values in enumerate(columns):
        records[f"f{number}"] = values
