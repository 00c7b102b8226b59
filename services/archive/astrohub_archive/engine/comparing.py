"""Which rows meet comparisons of their numbers, as the engine compares them.

NULL meets none but IS NULL. NaN is greater than every number (DuckDB's order). The engine brings a column
and a number to one type, and rounds what does not fit in it: so only such numbers are compared as do, and
of others it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .faults import Declined

__all__ = ["Said", "meeting"]

_EXACT = 2**53
"""To here all whole numbers are doubles."""

Said = tuple[str, str, float | int | None]
"""A column, a sign or IS NULL or IS NOT NULL, and the number after the sign."""

_SIGNS: dict[str, Callable[[pa.ChunkedArray, pa.Scalar], pa.ChunkedArray]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def meeting(rows: pa.Table, found: pa.Array, comparisons: Sequence[Said]) -> pa.Array:
    """Return which of the rows that stand at some places meet all comparisons; NULL stands for none.

    Raises
    ------
    Declined
        When it is not certain what the engine would make of a number.
    """
    met = [_met(rows[column].take(found), sign, number) for column, sign, number in comparisons]
    all_met = met[0]
    for one in met[1:]:
        all_met = pc.and_(all_met, one)
    return all_met.combine_chunks()


def _met(values: pa.ChunkedArray, sign: str, number: float | int | None) -> pa.ChunkedArray:
    if number is None:
        return pc.is_null(values) if sign == "IS NULL" else pc.is_valid(values)
    compare = _SIGNS[sign]
    if pa.types.is_integer(values.type):
        if isinstance(number, int):
            return compare(values.cast(pa.int64()), pa.scalar(number, pa.int64()))
        return compare(_as_doubles(values, number), pa.scalar(number, pa.float64()))
    if not pa.types.is_floating(values.type) or not _fits(number, values.type):
        raise Declined("a comparison in which the engine may round")
    wide = values.cast(pa.float64())
    met = compare(wide, pa.scalar(float(number), pa.float64()))
    return pc.or_(met, pc.is_nan(wide)) if sign in (">", ">=") else met


def _as_doubles(values: pa.ChunkedArray, number: float) -> pa.ChunkedArray:
    """Return whole numbers as doubles; those that are rounded are still further from 0 than the number is."""
    if abs(number) >= _EXACT:
        raise Declined("a comparison in which the engine may round")
    return values.cast(pa.float64(), safe=False)


def _fits(number: float | int, kind: pa.DataType) -> bool:
    """Say whether a column's numbers and this one are compared without being rounded, whatever the type.

    With one that has a fraction or an exponent the engine compares doubles; with a whole one, numbers
    of the column's type.
    """
    if isinstance(number, float):
        return True
    if abs(number) > _EXACT:
        return False
    return kind == pa.float64() or int(np.float32(number)) == number
