"""Arrow into astropy and pandas: units, descriptions, exact integers, NULLs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd
    from astropy.table import Table

__all__ = ["from_astropy", "to_astropy", "to_pandas"]

KEPT = ("ucd", "utype", "xtype", "datatype", "arraysize")


def to_astropy(table: pa.Table) -> Table:
    """Make an astropy table; columns with NULLs are masked, the others plain."""
    from astropy.table import Table

    names = _unique(table.column_names)
    columns = [_column(*known) for known in zip(names, table.schema, table.columns, strict=True)]
    return Table(columns, names=names, copy=False)


def from_astropy(table: Table) -> pa.Table:
    """Make an Arrow table; what is known of the columns becomes metadata of the fields.

    Raises
    ------
    ValueError
        When a column holds what a table at the archive cannot.
    """
    arrays, fields = [], []
    for name in table.colnames:
        column = table[name]
        array = _array(name, column)
        meta = getattr(column.info, "meta", None) or {}
        words = {
            "unit": _written(getattr(column, "unit", None)),
            "description": column.info.description or "",
            **{key: str(meta.get(key) or "") for key in ("ucd", "utype")},
        }
        arrays.append(array)
        fields.append(pa.field(name, array.type, metadata={key: text for key, text in words.items() if text}))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Make a data frame; integers and booleans with NULLs take pandas' nullable types and stay exact.

    What is known of the columns is in `attrs["columns"]`.
    """
    import pandas as pd

    nullable = {
        getattr(pa, name)(): getattr(pd, kind)()
        for name, kind in (
            ("int8", "Int8Dtype"),
            ("int16", "Int16Dtype"),
            ("int32", "Int32Dtype"),
            ("int64", "Int64Dtype"),
            ("uint8", "UInt8Dtype"),
            ("uint16", "UInt16Dtype"),
            ("uint32", "UInt32Dtype"),
            ("uint64", "UInt64Dtype"),
            ("bool_", "BooleanDtype"),
        )
    }
    names = _unique(table.column_names)
    series = {
        name: column.to_pandas(types_mapper=nullable.get if column.null_count else None)
        for name, column in zip(names, table.columns, strict=True)
    }
    frame = pd.DataFrame(series, columns=names, copy=False)
    frame.attrs["columns"] = {name: _metadata(field) for name, field in zip(names, table.schema, strict=True)}
    return frame


def _unique(names: list[str]) -> list[str]:
    """Number names that come again."""
    taken: dict[str, None] = {}
    for name in names:
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken[candidate] = None
    return list(taken)


def _metadata(field: pa.Field) -> dict[str, str]:
    return {key.decode(): value.decode("utf-8", "replace") for key, value in (field.metadata or {}).items()}


def _column(name: str, field: pa.Field, values: pa.ChunkedArray) -> Any:
    from astropy.table import Column, MaskedColumn

    known = _metadata(field)
    options = {
        "name": name,
        "unit": _unit(known.get("unit", "")),
        "description": known.get("description") or None,
        "meta": {key: known[key] for key in KEPT if known.get(key)},
    }
    data = _data(values)
    if not values.null_count:
        return Column(data, **options)
    mask = np.asarray(pc.is_null(values).combine_chunks())
    if data.ndim > 1:
        mask = np.broadcast_to(mask[:, None], data.shape)
    return MaskedColumn(data, mask=mask, **options)


def _written(unit: Any) -> str:
    if unit is None:
        return ""
    try:
        return str(unit.to_string("vounit"))
    except (ValueError, AttributeError):
        return str(unit)


def _array(name: str, column: Any) -> pa.Array:
    """Make an Arrow array of a column: integers exact, masked values NULL."""
    from astropy.table import Column
    from astropy.time import Time
    from astropy.units import Quantity

    if isinstance(column, Time):
        column = column.utc.to_value("datetime64").astype("datetime64[us]")
    elif isinstance(column, Quantity):
        column = column.value
    elif not isinstance(column, Column):
        raise ValueError(
            f"The column {name} is a {type(column).__name__}: make it columns of numbers or text."
        )
    values = np.ma.asarray(column)
    data, mask = np.ma.getdata(values), np.ma.getmaskarray(values)
    if data.dtype.kind in "cV":
        raise ValueError(f"The column {name} holds {data.dtype}, which a table at the archive cannot.")
    if data.dtype.kind == "S":
        data = np.char.decode(data, "utf-8")
    data = data.astype(data.dtype.newbyteorder("="), copy=False)
    if data.ndim > 1:
        flat = pa.array(data.reshape(-1), mask=mask.reshape(-1))
        return pa.FixedSizeListArray.from_arrays(flat, int(np.prod(data.shape[1:])))
    return pa.array(data.tolist() if data.dtype.kind in "UO" else data, mask=mask)


@cache
def _unit(text: str) -> Any:
    from astropy import units

    if not text:
        return None
    try:
        return units.Unit(text, format="vounit")
    except ValueError:
        return units.Unit(text, parse_strict="silent")


def _data(values: pa.ChunkedArray) -> Any:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _data(values.cast(kind.value_type))
    if pa.types.is_null(kind):
        return np.zeros(len(values))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return np.asarray(values.fill_null("").to_pylist() or [""], dtype="U")[: len(values)]
    if pa.types.is_fixed_size_list(kind):
        return _matrix(values.to_pylist(), kind)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return (values.fill_null(kind.to_pandas_dtype()(0)) if values.null_count else values).to_numpy()
    if pa.types.is_temporal(kind):
        return values.to_numpy()
    return np.fromiter(values.to_pylist(), dtype=object, count=len(values))


def _matrix(rows: list[list[Any] | None], kind: pa.DataType) -> Any:
    """Stack arrays of one length; a NULL is a row of zeros under the mask, and not a number within one."""
    dtype = np.dtype(kind.value_type.to_pandas_dtype())
    missing = np.nan if dtype.kind == "f" else 0
    zeros = [0] * kind.list_size
    return np.asarray(
        [zeros if row is None else [missing if x is None else x for x in row] for row in rows], dtype=dtype
    ).reshape(len(rows), kind.list_size)
