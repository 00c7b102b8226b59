"""Values as text: what CSV and VOTable's TABLEDATA write for each type."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["as_text", "iso_timestamps"]


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
        return pa.array([_sequence(value) for value in array.to_pylist()], pa.string())
    return pc.cast(array, pa.string())


def iso_timestamps(array: pa.Array) -> pa.Array:
    """Return times as `YYYY-MM-DDThh:mm:ss.ffffff` and days as `YYYY-MM-DD` (DALI 1.1, §3.3.3)."""
    texts = pc.cast(array, pa.string())
    if pa.types.is_date(array.type):
        return texts
    return pc.binary_replace_slice(pc.cast(texts, pa.binary()), 10, 11, b"T").cast(pa.string())


def _floats(array: pa.Array) -> pa.Array:
    texts = pc.cast(array, pa.string())
    finite = pc.fill_null(pc.is_finite(array), True)
    if pc.all(finite).as_py() is not False:
        return texts
    special = pc.if_else(pc.is_nan(array), "NaN", pc.if_else(pc.greater(array, 0), "+Inf", "-Inf"))
    return pc.if_else(finite, texts, special)


def _sequence(value: Any) -> str | None:
    if value is None:
        return None
    return " ".join("NaN" if item is None else str(item) for item in value)
