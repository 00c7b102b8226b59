"""Values as JSON (RFC 8259), column by column: what can be read back as it was, whoever reads it.

Readers in JavaScript take every number for a double, and know no NaN: 64-bit integers and what is no
finite number are therefore strings, as in Protocol Buffers' mapping to JSON.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .text import build_texts, iso_timestamps, numbers_of

__all__ = ["as_json_text"]

_SPECIAL = '["\\\\\\x00-\\x1f\\x7f]'


def as_json_text(array: pa.Array) -> pa.Array:
    """Return a column as JSON values; there is no NULL in it, but the word null."""
    kind = array.type
    if pa.types.is_nested(kind):
        is_long = pa.types.is_int64(kind.value_type)
        return build_texts(_list(value, is_long=is_long) for value in array.to_pylist())
    if pa.types.is_binary(kind):
        return build_texts(_list(None if v is None else list(v), is_long=False) for v in array.to_pylist())
    if pa.types.is_string(kind):
        return pc.fill_null(_quoted(array), "null")
    texts = iso_timestamps(array) if pa.types.is_temporal(kind) else pc.cast(array, pa.string())
    if pa.types.is_floating(kind):
        texts = _with_words(array, texts)
    elif pa.types.is_int64(kind) or pa.types.is_temporal(kind):
        texts = pc.binary_join_element_wise('"', texts, '"', "")
    return pc.fill_null(texts, "null")


def _with_words(array: pa.Array, texts: pa.Array) -> pa.Array:
    """Put words in the place of what is no finite number."""
    if np.isfinite(numbers_of(array)).all():
        return texts
    words = pc.if_else(
        pc.is_nan(array), '"NaN"', pc.if_else(pc.greater(array, 0), '"Infinity"', '"-Infinity"')
    )
    return pc.if_else(pc.is_finite(array), texts, words)


def _quoted(array: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(array, _SPECIAL)).as_py():
        return build_texts(
            None if v is None else json.dumps(v, ensure_ascii=False) for v in array.to_pylist()
        )
    return pc.binary_join_element_wise('"', array, '"', "")


def _list(values: list[Any] | None, *, is_long: bool) -> str:
    if values is None:
        return "null"
    return "[" + ",".join(_item(value, is_long=is_long) for value in values) + "]"


def _item(value: Any, *, is_long: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, float) and not np.isfinite(value):
        return '"NaN"' if np.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    return f'"{value}"' if is_long else json.dumps(value)
