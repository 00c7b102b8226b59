"""Which columns of a table are its position: by their UCDs, or as an index is asked of one of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import UsageError
from ..ivoa.parameters import shortened
from ..models import Column

__all__ = ["column_named", "position_by_ucd", "position_of"]

_UCDS = (
    ("pos.eq.ra;meta.main", "pos.eq.dec;meta.main"),
    ("pos_eq_ra_main", "pos_eq_dec_main"),
    ("pos.eq.ra", "pos.eq.dec"),
)
_DEGREES = ("", "deg", "degree", "degrees")
_NUMBERS = ("float", "double")


def position_by_ucd(columns: Sequence[Column]) -> tuple[str, str] | None:
    """Return the columns of right ascension and declination in degrees, if their UCDs tell."""
    usable = [
        column
        for column in columns
        if column.datatype in _NUMBERS
        and column.arraysize is None
        and (column.unit or "").lower() in _DEGREES
    ]
    for pair in _UCDS:
        ra, dec = (
            [column.name for column in usable if (column.ucd or "").lower().replace(" ", "") == ucd]
            for ucd in pair
        )
        if len(ra) == len(dec) == 1:
            return ra[0], dec[0]
    return None


def position_of(columns: Sequence[Column], one: str) -> tuple[str, str] | None:
    """Return the position of which one column is a part, by UCD or by the names ra and dec."""
    names = {column.name.lower(): column.name for column in columns if column.datatype in _NUMBERS}
    by_name = (names["ra"], names["dec"]) if {"ra", "dec"} <= names.keys() else None
    pair = position_by_ucd(columns) or by_name
    return pair if pair is not None and one in pair else None


def column_named(columns: Sequence[Column], name: str, table: str) -> str:
    """Return a column's name as the table has it.

    Raises
    ------
    UsageError
        When there is no such column.
    """
    for column in columns:
        if column.name.lower() == name.strip().lower():
            return column.name
    listed = ", ".join(column.name for column in columns)
    raise UsageError(
        f"mydb.{table} has no column {shortened(name)}; its columns are {shortened(listed, 300)}."
    )
