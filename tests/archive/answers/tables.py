"""The small tables, for both engines: NULL, NaN, ties, poles, longitude 0, Unicode, 64-bit integers."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from astrohub_archive.data.collection import Source, write_collection
from astrohub_archive.data.readonly import protect

__all__ = ["SCHEMA", "TABLES", "ColumnOf", "SmallTable", "fill_postgresql", "publish"]

SCHEMA = "small"
_BIG = 2**53
_NAN = math.nan
_UTC = datetime.UTC

_APART = """
CREATE FUNCTION apart(lon1 float8, lat1 float8, lon2 float8, lat2 float8) RETURNS float8 STRICT IMMUTABLE
LANGUAGE sql AS $$
    SELECT degrees(atan2(
        sqrt(power(cos(radians(lat2)) * sin(radians(lon1 - lon2)), 2)
            + power(cos(radians(lat1)) * sin(radians(lat2))
                - sin(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon1 - lon2)), 2)),
        sin(radians(lat1)) * sin(radians(lat2))
            + cos(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon1 - lon2))))
$$"""
"""Vincenty's formula: the distance that q3c gives is NaN where two positions are opposite."""

_ARROW = {
    "long": (pa.int64(), "bigint", "int"),
    "int": (pa.int32(), "bigint", "int"),
    "short": (pa.int16(), "bigint", "int"),
    "float": (pa.float32(), "real", "real"),
    "double": (pa.float64(), "float8", "dbl"),
    "unicode": (pa.string(), "text", "text"),
    "boolean": (pa.bool_(), "boolean", "bool"),
    "timestamp": (pa.timestamp("us"), "timestamp", "time"),
}


@dataclass(frozen=True)
class ColumnOf:
    """One column: its name, Felis datatype and unit; `steps`: its values are multiples of 1/4, none NaN."""

    name: str
    datatype: str
    unit: str | None = None
    steps: bool = False

    @property
    def kind(self) -> str:
        """Return the kind of its values: int, real, dbl, text, bool, time."""
        return _ARROW[self.datatype][2]


@dataclass(frozen=True)
class SmallTable:
    """One table. `position` names the columns of its positions; a table with `key` is a HATS collection."""

    name: str
    columns: tuple[ColumnOf, ...]
    rows: tuple[tuple[Any, ...], ...]
    position: tuple[str, str]
    key: str | None = None

    def values(self, name: str) -> list[Any]:
        """Return the values of a column."""
        index = [column.name for column in self.columns].index(name)
        return [row[index] for row in self.rows]

    def positions(self) -> np.ndarray:
        """Return all positions, degrees; NULL is NaN."""
        pairs = zip(self.values(self.position[0]), self.values(self.position[1]), strict=True)
        return np.array([(_NAN if a is None else a, _NAN if b is None else b) for a, b in pairs])


def _time(day: int, second: int = 0, micros: int = 0) -> datetime.datetime:
    return datetime.datetime(2016, 1, 1) + datetime.timedelta(days=day, seconds=second, microseconds=micros)


_PLACES = [
    *((0.0, 90.0), (123.4, 90.0), (10.0, -90.0), (359.999, 89.9999), (0.0, 0.0), (359.99999, 0.00001)),
    *((0.00001, -0.00001), (0.0, 45.0), (180.0, 0.0), (45.0, 45.0), (45.0, 45.0), (45.0001, 45.0)),
]
_NAMES = [
    *("alpha", "Alpha", "ALPHA", "étoile", "ÉTOILE", "Ægir", "O'Neill", "", None, "100%", "a_b", "axb"),
    *("naïve π", "日本", "🔭", "back\\slash", "a", "b", None, "trailing "),
]


def _star() -> SmallTable:
    random = np.random.default_rng(5)
    rows = []
    for n in range(40):
        lon = float(random.uniform(0, 360))
        lat = float(np.degrees(np.arcsin(random.uniform(-1, 1))))
        place = _PLACES[n] if n < len(_PLACES) else (lon, lat)
        parallax = [None, _NAN, 0.0, -1.25, 12.5, 100.0][n % 6] if n < 18 else n * 0.25
        rows.append(
            (
                _BIG + 1 + 2 * n,
                *place,
                None if n % 7 == 3 else 4.0 + (n % 11) * 0.25,
                parallax,
                None if n % 9 == 4 else 0.75 * (n % 13) - 3,
                None if n % 8 == 5 else n // 2,
                _NAMES[n % len(_NAMES)],
                [True, False, None][n % 3],
                None if n % 10 == 6 else _time(n // 2, micros=n % 2),
                (n * 7) % 5 - 2,
            )
        )
    columns = (
        ColumnOf("id", "long"),
        ColumnOf("ra", "double", "deg"),
        ColumnOf("dec", "double", "deg"),
        ColumnOf("mag", "float", "mag", steps=True),
        ColumnOf("plx", "double", "mas"),
        ColumnOf("pm", "double", "mas/yr", steps=True),
        ColumnOf("hip", "int"),
        ColumnOf("name", "unicode"),
        ColumnOf("good", "boolean"),
        ColumnOf("seen", "timestamp"),
        ColumnOf("n", "short"),
    )
    return SmallTable("star", columns, tuple(rows), ("ra", "dec"), key="id")


def _obs(star: SmallTable) -> SmallTable:
    random = np.random.default_rng(6)
    rows = []
    for n in range(60):
        ra, dec = star.rows[n % 40][1:3] if n % 3 else (float(random.uniform(0, 360)), -60.0 + 2 * n)
        if n % 3 == 2 and abs(dec) < 89:
            ra, dec = (ra + 0.0002) % 360, dec + 0.0001
        rows.append(
            (
                -n - 1 if n % 2 else n,
                None if n % 5 == 0 else _BIG + 1 + 2 * (n % 45),
                ra,
                dec,
                _NAN if n % 17 == 5 else None if n % 13 == 7 else (n % 19) * 0.5 - 2,
                n % 22 if n % 6 else None,
                ["g", "r", "i", None, "G"][n % 5],
                [None, True, True, False][n % 4],
                _time(n % 21),
            )
        )
    columns = (
        ColumnOf("oid", "long"),
        ColumnOf("id", "long"),
        ColumnOf("ra", "double", "deg"),
        ColumnOf("dec", "double", "deg"),
        ColumnOf("flux", "double", "mJy"),
        ColumnOf("hip", "int"),
        ColumnOf("band", "unicode"),
        ColumnOf("ok", "boolean"),
        ColumnOf("night", "timestamp"),
    )
    return SmallTable("obs", columns, tuple(rows), ("ra", "dec"), key="oid")


def _odd() -> SmallTable:
    extremes = [2**63 - 1, -(2**63), 0, -1, 1, _BIG, _BIG + 1, None]
    rows = []
    for n in range(24):
        nowhere = {4: (None, None), 9: (_NAN, 10.0), 14: (_NAN, _NAN), 19: (20.0, _NAN)}
        lon, lat = nowhere.get(n, (n * 15.5 % 360, n * 7.25 - 85))
        rows.append(
            (
                n,
                lon,
                lat,
                extremes[n % 8],
                [0.25, -0.0, 0.0, _NAN, None, -3.5, 1000.0, 0.25][n % 8],
                _NAMES[(n * 3) % len(_NAMES)],
                n % 4,
            )
        )
    columns = (
        ColumnOf("k", "int"),
        ColumnOf("lon", "double", "deg"),
        ColumnOf("lat", "double", "deg"),
        ColumnOf("big", "long"),
        ColumnOf("Val", "double", "km"),
        ColumnOf("label", "unicode"),
        ColumnOf("n", "short"),
    )
    return SmallTable("odd", columns, tuple(rows), ("lon", "lat"))


def _tables() -> tuple[SmallTable, ...]:
    star = _star()
    return star, _obs(star), _odd()


TABLES = _tables()


def publish(public: Path) -> None:
    """Write them as the archive's catalogues: two HATS collections of several files, one plain table."""
    folder = public / SCHEMA
    for table in TABLES:
        content = _arrow(table)
        if table.key is None:
            (folder / table.name).mkdir(parents=True)
            pq.write_table(content, folder / table.name / "rows.parquet", row_group_size=10)
        else:
            source = Source(table.name, content, index_columns=(table.key,), partition_rows=12)
            write_collection(source, folder / table.name)
    (folder / f"{SCHEMA}.yaml").write_text(yaml.safe_dump(_felis(), sort_keys=False), encoding="utf-8")
    protect(public)


def fill_postgresql(connection: Any) -> None:
    """Make the same tables in a database; every whole number has 64 bits there."""
    with connection.cursor() as cursor:
        cursor.execute(_APART)
        for table in TABLES:
            listed = ", ".join(f'"{column.name}" {_ARROW[column.datatype][1]}' for column in table.columns)
            cursor.execute(f'CREATE TABLE "{table.name}" ({listed})')
            marks = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', table.rows)
    connection.commit()


def _arrow(table: SmallTable) -> pa.Table:
    return pa.table(
        {
            column.name: pa.array(table.values(column.name), _ARROW[column.datatype][0], from_pandas=False)
            for column in table.columns
        }
    )


def _felis() -> dict[str, Any]:
    return {"name": SCHEMA, "@id": "#small", "tables": [_felis_table(table) for table in TABLES]}


def _felis_table(table: SmallTable) -> dict[str, Any]:
    return {"name": table.name, "@id": f"#{table.name}", "columns": _felis_columns(table.columns)}


def _felis_columns(columns: Sequence[ColumnOf]) -> list[dict[str, Any]]:
    described = []
    for column in columns:
        entry = {"name": column.name, "@id": f"#{id(column)}", "datatype": column.datatype}
        described.append({**entry, "ivoa:unit": column.unit} if column.unit else entry)
    return described
