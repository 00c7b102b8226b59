"""The deep-sky objects of OpenNGC, read from the package pyongc."""

from __future__ import annotations

import sqlite3
from importlib import resources

import numpy as np
import pyarrow as pa

__all__ = ["read_openngc"]

# Published name, column of the package's database.
_NUMBERS = (
    ("major_axis", "majax"),
    ("minor_axis", "minax"),
    ("position_angle", "pa"),
    ("bmag", "bmag"),
    ("vmag", "vmag"),
    ("jmag", "jmag"),
    ("hmag", "hmag"),
    ("kmag", "kmag"),
    ("surface_brightness", "sbrightn"),
)
_MOTIONS = (
    ("parallax", "parallax"),
    ("pmra", "pmra"),
    ("pmdec", "pmdec"),
    ("radial_velocity", "radvel"),
    ("redshift", "redshift"),
)
_COLUMNS = ("name", "type", "ra", "dec", "const", "hubble", "messier", "commonnames", "identifiers")


def read_openngc() -> pa.Table:
    """Read all objects, in the order of their names; angles in degrees, empty texts as NULL."""
    wanted = [*_COLUMNS, *(column for _, column in _NUMBERS + _MOTIONS)]
    with resources.as_file(resources.files("pyongc").joinpath("ongc.db")) as path:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            # The names of the columns are this module's own.
            rows = connection.execute(f"SELECT {', '.join(wanted)} FROM objects ORDER BY name").fetchall()  # noqa: S608
        finally:
            connection.close()
    read = dict(zip(wanted, zip(*rows, strict=True), strict=True))
    columns = {
        "name": pa.array(read["name"]),
        "type": pa.array(read["type"]),
        "ra": _degrees(read["ra"]),
        "dec": _degrees(read["dec"]),
        "constellation": _text(read["const"]),
    }
    columns |= {name: pa.array(read[column], pa.float64()) for name, column in _NUMBERS}
    columns["hubble_type"] = _text(read["hubble"])
    columns |= {name: pa.array(read[column], pa.float64()) for name, column in _MOTIONS}
    columns["messier"] = pa.array([int(value) if value else None for value in read["messier"]], pa.int32())
    columns["common_names"] = _text(read["commonnames"])
    columns["identifiers"] = _text(read["identifiers"])
    return pa.table(columns)


def _degrees(radians: tuple[float | None, ...]) -> pa.Array:
    return pa.array([None if value is None else float(np.degrees(value)) for value in radians], pa.float64())


def _text(values: tuple[str | None, ...]) -> pa.Array:
    return pa.array([value or None for value in values], pa.string())
