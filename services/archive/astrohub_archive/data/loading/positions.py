"""Where a table says which of its columns are the position and the identifier, and which rows have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...errors import CatalogError
from .columns import Columns

__all__ = ["Missing", "checked_index", "find_identifier", "find_position", "read_positions"]

_UCDS = (("pos.eq.ra;meta.main", "pos.eq.dec;meta.main"), ("pos_eq_ra_main", "pos_eq_dec_main"))
_NAMES = (
    ("ra", "dec"),
    ("_ra", "_dec"),
    ("_ra_icrs", "_de_icrs"),
    ("ra_icrs", "de_icrs"),
    ("ra_icrs", "dec_icrs"),
    ("_raj2000", "_dej2000"),
    ("raj2000", "dej2000"),
    ("raj2000", "decj2000"),
    ("ra_j2000", "dec_j2000"),
    ("radeg", "dedeg"),
    ("ra_deg", "dec_deg"),
    ("s_ra", "s_dec"),
    ("alpha_j2000", "delta_j2000"),
    ("right_ascension", "declination"),
    ("meanra", "meandec"),
    ("ramean", "decmean"),
)
_LAST_UCDS = (("pos.eq.ra", "pos.eq.dec"),)
_DEGREES = ("", "deg", "degree", "degrees", "d")
_MOST_SHOWN = 3


def find_position(columns: Columns, ra: str | None, dec: str | None) -> tuple[str, str]:
    """Return the columns of right ascension and declination.

    Parameters
    ----------
    columns
        The columns of the table.
    ra, dec
        What the operator says, if anything.

    Raises
    ------
    CatalogError
        When they are not there, or are not degrees.
    """
    if (ra is None) != (dec is None):
        raise CatalogError("Name both columns of the positions: --ra COL --dec COL.")
    if ra is not None and dec is not None:
        pair = columns.find(ra), columns.find(dec)
        if pair[0] == pair[1]:
            raise CatalogError(f"The column {pair[0]} cannot be both right ascension and declination.")
        for name in pair:
            _check_degrees(columns, name)
        return pair
    found = _by_words(columns)
    if found is None:
        raise CatalogError(
            "No columns of positions were found, by UCD or by name. Say which they are with --ra COL --dec "
            f"COL, or load the table with --no-positions. The columns are {columns.listed()}."
        )
    for name in found:
        _check_degrees(columns, name)
    return found


def _by_words(columns: Columns) -> tuple[str, str] | None:
    numbers = [f.name for f in columns.schema if pa.types.is_floating(f.type) or pa.types.is_integer(f.type)]
    given = {new: old for old, new in columns.renamed.items()}
    ucds: dict[str, list[str]] = {}
    for column in columns.words:
        if column.name in numbers and column.ucd:
            ucds.setdefault(column.ucd.lower().replace(" ", ""), []).append(column.name)
    names = {given.get(name, name).lower(): name for name in numbers}
    names |= {name.lower(): name for name in numbers}
    for pairs, known in ((_UCDS, _single(ucds)), (_NAMES, names), (_LAST_UCDS, _single(ucds))):
        for ra, dec in pairs:
            if ra in known and dec in known:
                return known[ra], known[dec]
    return None


def _single(ucds: dict[str, list[str]]) -> dict[str, str]:
    return {ucd: found[0] for ucd, found in ucds.items() if len(found) == 1}


def _check_degrees(columns: Columns, name: str) -> None:
    kind = columns.schema.field(name).type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise CatalogError(f"The column {name} holds {kind}, not numbers; positions are degrees, as numbers.")
    unit = next((column.unit for column in columns.words if column.name == name), None) or ""
    if unit.lower() not in _DEGREES:
        raise CatalogError(f"The column {name} is in {unit}; positions are degrees: convert it first.")


def find_identifier(columns: Columns) -> tuple[str | None, bool]:
    """Return the column that identifies rows, and whether it is known to (else only if it is unique)."""
    for column in columns.words:
        if (column.ucd or "").lower().replace(" ", "") in ("meta.id;meta.main", "id_main") and _can_index(
            columns.schema.field(column.name).type
        ):
            return column.name, True
    first = columns.schema.field(0)
    return (first.name, False) if pa.types.is_integer(first.type) else (None, False)


def checked_index(columns: Columns, wanted: str) -> str:
    """Return the column of which an operator wants an index.

    Raises
    ------
    CatalogError
        When it is not there, or holds neither whole numbers nor text.
    """
    name = columns.find(wanted)
    kind = columns.schema.field(name).type
    if not _can_index(kind):
        raise CatalogError(f"The column {name} holds {kind}; an index is of whole numbers or text.")
    return name


def _can_index(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_string(kind))


@dataclass
class Missing:
    """Rows without a position: how many of each kind, and where the first of them are."""

    unknown: int = 0
    beyond: int = 0
    places: list[str] = field(default_factory=list)

    def note(self, where: str, number: int, ra: float, dec: float, *, unknown: bool) -> None:
        """Take note of where one is."""
        if len(self.places) < _MOST_SHOWN:
            said = "NULL" if unknown else f"{ra:g}, {dec:g}"
            self.places.append(f"row {number:,} of {where} ({said})")

    @property
    def rows(self) -> int:
        """Return how many there are."""
        return self.unknown + self.beyond

    def sentence(self) -> str:
        """Say it."""
        kinds = []
        if self.unknown:
            kinds.append(f"{self.unknown:,} {'row has' if self.unknown == 1 else 'rows have'} no position")
        if self.beyond:
            kinds.append(f"{self.beyond:,} {'has' if self.beyond == 1 else 'have'} one out of range")
        first = "first: " if self.rows > len(self.places) else ""
        return f"{' and '.join(kinds)} ({first}{'; '.join(self.places)})"


def read_positions(
    rows: pa.Table, pair: Sequence[str], missing: Missing, *, where: str, before: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return right ascension, declination, and which rows have a valid one; count the others.

    Parameters
    ----------
    rows
        Some rows.
    pair
        The columns of the position.
    missing
        Where to count.
    where, before
        The file, and how many of its rows came before.
    """
    ra, dec = (_numbers(rows[name]) for name in pair)
    unknown = ~(np.isfinite(ra) & np.isfinite(dec))
    with np.errstate(invalid="ignore"):
        beyond = ~unknown & ((ra < -180) | (ra > 360) | (np.abs(dec) > 90))
    missing.unknown += int(unknown.sum())
    missing.beyond += int(beyond.sum())
    for number in np.flatnonzero(unknown | beyond)[:_MOST_SHOWN].tolist():
        place = before + number + 1
        missing.note(where, place, ra[number], dec[number], unknown=bool(unknown[number]))
    return ra, dec, ~(unknown | beyond)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    values: Any = pc.cast(column, pa.float64())
    numbers: NDArray[np.float64] = pc.fill_null(values, float("nan")).to_numpy()
    return numbers
