"""Columns of an astropy table as Arrow: exact integers, masked values as NULL, what is known of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from astropy import units
from astropy.table import Column, Table
from astropy.time import Time

from ..errors import UsageError
from .rows import Rows

__all__ = ["arrow_rows"]

_LARGEST = np.iinfo(np.int64).max
_ROWS_AT_ONCE = 65_536


def arrow_rows(table: Table, *, description: str = "") -> Rows:
    """Return the rows of a table, with units, UCDs and descriptions of its columns.

    Raises
    ------
    UsageError
        When a column holds what a table here cannot.
    """
    arrays, fields = [], []
    for name in table.colnames:
        column = table[name]
        array, found = _array(name, column)
        arrays.append(array)
        words = {**_words(column), **found}
        fields.append(pa.field(name, array.type, metadata={k: v for k, v in words.items() if v}))
    schema = pa.schema(fields)
    rows = pa.Table.from_arrays(arrays, schema=schema)
    return Rows(schema, rows.to_batches(_ROWS_AT_ONCE), " ".join(description.split()))


def _words(column: Any) -> dict[str, str]:
    meta = getattr(column.info, "meta", None) or {}
    return {
        "unit": _unit(getattr(column, "unit", None)),
        "ucd": str(meta.get("ucd") or ""),
        "utype": str(meta.get("utype") or ""),
        "description": " ".join(str(column.info.description or "").split()),
    }


def _unit(unit: Any) -> str:
    """Return a unit in the words of VOUnits, or as it was written where they have none."""
    if unit is None or unit == units.dimensionless_unscaled:
        return ""
    try:
        return str(unit.to_string("vounit"))
    except (ValueError, AttributeError):
        return str(unit)


def _array(name: str, column: Any) -> tuple[pa.Array, dict[str, str]]:
    """Return the values of a column, and what they say of its type."""
    if isinstance(column, Time):
        moments = column.utc.to_value("datetime64")
        return pa.array(np.ma.getdata(moments).astype("datetime64[us]"), mask=_mask(moments)), {}
    if isinstance(column, units.Quantity):
        column = Column(column.value, name=name)
    if not isinstance(column, Column):
        raise UsageError(
            f"The column {name} is a {type(column).__name__}, which a table here cannot hold; "
            "write it as columns of numbers or text."
        )
    data, mask = np.ma.getdata(np.ma.asarray(column)), _mask(column)
    xtype = str((column.meta or {}).get("xtype") or "")
    if data.ndim > 1:
        return _nested(name, data, mask), {}
    if data.dtype.kind == "O":
        return _objects(name, data, mask, xtype)
    if data.dtype.kind in "US":
        return _texts(data, mask, xtype)
    return _numbers(name, data, mask), {}


def _mask(column: Any) -> Any:
    """Return which values are missing."""
    mask = np.ma.getmaskarray(np.ma.asarray(column)) if not isinstance(column, np.ndarray) else None
    return mask if mask is not None else np.ma.getmaskarray(column)


def _numbers(name: str, data: Any, mask: Any) -> pa.Array:
    native = data.astype(data.dtype.newbyteorder("="), copy=False)
    kind = native.dtype
    if kind.kind not in "biuf":
        raise UsageError(f"The column {name} holds {kind} numbers, which a table here cannot hold.")
    if kind == np.uint64:
        if native[~mask].size and int(native[~mask].max()) > _LARGEST:
            raise UsageError(
                f"The column {name} holds numbers above {_LARGEST}, the largest whole number here; "
                "write it as text."
            )
        native = np.where(mask, 0, native).astype(np.int64)
    if kind.kind == "f" and kind.itemsize > 8:
        native = native.astype(np.float64)
    return pa.array(native, mask=mask)


def _texts(data: Any, mask: Any, xtype: str) -> tuple[pa.Array, dict[str, str]]:
    if data.dtype.kind == "S":
        try:
            data = np.char.decode(data, "utf-8")
        except UnicodeDecodeError:
            data = np.char.decode(data, "latin-1")
    texts = pa.array(data.tolist(), pa.string(), mask=mask)
    return _text_of(texts, xtype)


def _text_of(texts: pa.Array, xtype: str) -> tuple[pa.Array, dict[str, str]]:
    if xtype.lower() in ("timestamp", "adql:timestamp"):
        try:
            return pc.cast(pc.utf8_rtrim(texts, characters="Z"), pa.timestamp("us")), {}
        except pa.ArrowInvalid:
            pass  # not the times that it says: the text is kept as it is
    plain = pc.all(pc.string_is_ascii(pc.drop_null(texts))).as_py()
    return texts, {"datatype": "char" if plain in (True, None) else "unicodeChar"}


def _objects(name: str, data: Any, mask: Any, xtype: str) -> tuple[pa.Array, dict[str, str]]:
    """Return values of any length: texts, or arrays of numbers."""
    values = [None if gone or value is None else value for value, gone in zip(data, mask, strict=True)]
    known = [value for value in values if value is not None]
    if all(isinstance(value, str | bytes) for value in known):
        texts = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
        return _text_of(pa.array(texts, pa.string()), xtype)
    try:
        lists = [None if value is None else np.ma.asarray(value).reshape(-1).tolist() for value in values]
        items = {np.asarray(value).dtype for value in known if np.size(value)}
        kind = pa.from_numpy_dtype(np.result_type(*items)) if items else pa.float64()
        return pa.array(lists, pa.list_(kind)), {}
    except (TypeError, ValueError, pa.ArrowException) as e:
        raise UsageError(f"The column {name} holds values of several kinds; write it as text.") from e


def _nested(name: str, data: Any, mask: Any) -> pa.Array:
    """Return arrays of one length; those of more dimensions row after row."""
    if data.dtype.kind not in "biuf":
        raise UsageError(f"The column {name} holds arrays of text, which a table here cannot hold.")
    count = int(np.prod(data.shape[1:]))
    values = _numbers(name, data.reshape(-1), mask.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(values, count)
