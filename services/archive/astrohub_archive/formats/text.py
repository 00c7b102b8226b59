"""Values as text: what CSV and VOTable's TABLEDATA write for each type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["as_text", "build_texts", "iso_timestamps", "joined_bytes", "numbers_of"]


def as_text(array: pa.Array) -> pa.Array:
    """Return a column as strings; NULL stays NULL, and floating-point numbers read back exactly."""
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_temporal(kind):
        return iso_timestamps(array)
    if pa.types.is_floating(kind):
        return _floats(array)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return build_texts(_sequence(value) for value in array.to_pylist())
    return pc.cast(array, pa.string())


def iso_timestamps(array: pa.Array) -> pa.Array:
    """Return times as `YYYY-MM-DDThh:mm:ss.ffffff` and days as `YYYY-MM-DD` (DALI 1.1, §3.3.3)."""
    texts = pc.cast(array, pa.string())
    if pa.types.is_date(array.type):
        return texts
    return pc.binary_replace_slice(pc.cast(texts, pa.binary()), 10, 11, b"T").cast(pa.string())


def _floats(array: pa.Array) -> pa.Array:
    texts = pc.cast(array, pa.string())
    # What stands in the place of NULL may be anything; numpy looks at a column in a tenth of the time.
    if np.isfinite(numbers_of(array)).all():
        return texts
    finite = pc.fill_null(pc.is_finite(array), True)
    special = pc.if_else(pc.is_nan(array), "NaN", pc.if_else(pc.greater(array, 0), "+Inf", "-Inf"))
    return pc.if_else(finite, texts, special)


def numbers_of(array: pa.Array) -> NDArray[np.floating]:
    """Return floating-point numbers without a copy; in the place of NULL stands anything."""
    every = np.frombuffer(array.buffers()[1], dtype=array.type.to_pandas_dtype())
    return every[array.offset : array.offset + len(array)]


def build_texts(values: Iterable[str | None]) -> pa.Array:
    """Return a column of texts; unlike `pyarrow.array` this does not load pandas, which takes a second."""
    builder = pa.lib.StringBuilder()
    for value in values:
        builder.append(value)
    return builder.finish()


def joined_bytes(lines: pa.Array) -> bytes:
    """Return freshly made texts without NULL, one after the other."""
    if not len(lines):
        return b""
    return memoryview(lines.buffers()[2])[: pc.sum(pc.binary_length(lines)).as_py()].tobytes()


def _sequence(value: Any) -> str | None:
    if value is None:
        return None
    return " ".join("NaN" if item is None else str(item) for item in value)
