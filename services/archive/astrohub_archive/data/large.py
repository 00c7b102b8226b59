"""The large simulated catalogue `large.object`: as many rows as one wants, for benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import CatalogError
from .bulk import ROW, BulkWriter, Say, count_cells
from .healpix import index
from .loading.description import described_column
from .loading.names import TableName
from .loading.publication import publish, rows_published
from .partition import COUNT_ORDER
from .properties import HEALPIX, Layout
from .publishing import told, workplace
from .sorting import Spool

__all__ = ["CHUNK", "FIRST_ID", "TABLE", "make_large", "simulated"]

TABLE = TableName("large", "object")
FIRST_ID = 2**56 + 1
"""The first identifier: beyond what a floating-point number holds exactly."""

_SEED = 20261121
CHUNK = 250_000
"""Objects that are simulated at once."""
_PLANE_SHARE = 0.4
_PLANE_WIDTH_DEG = 8.0
# The north pole of the Galaxy (ICRS).
_POLE_RA, _POLE_DEC = 192.85948, 27.12825
_BANDS = ("u", "g", "r", "i", "z")

_COLUMNS: tuple[tuple[str, pa.DataType, str, str, str], ...] = (
    ("object_id", pa.int64(), "", "meta.id;meta.main", "Identifier"),
    ("ra", pa.float64(), "deg", "pos.eq.ra;meta.main", "Right ascension (ICRS)"),
    ("dec", pa.float64(), "deg", "pos.eq.dec;meta.main", "Declination (ICRS)"),
    *((f"{band}mag", pa.float32(), "mag", "phot.mag;em.opt", f"Magnitude in {band}, AB") for band in _BANDS),
    ("ebv", pa.float32(), "mag", "phot.color.excess", "Reddening"),
    (
        "pmra",
        pa.float32(),
        "mas/yr",
        "pos.pm;pos.eq.ra",
        "Proper motion in right ascension, cos(dec) applied",
    ),
    ("pmdec", pa.float32(), "mas/yr", "pos.pm;pos.eq.dec", "Proper motion in declination"),
    ("class", pa.int16(), "", "src.class", "1: star, 2: galaxy, 3: quasar"),
)
_SCHEMA = pa.schema([(name, kind) for name, kind, *_ in _COLUMNS])


def make_large(public: Path, rows: int, say: Say, *, memory_mb: int = 2048) -> bool:
    """Make the table with so many rows; one of another number is replaced. Return whether it was made.

    The same number of rows makes the same files, byte for byte; memory does not grow with it.

    Parameters
    ----------
    public
        The folder of published catalogues.
    rows
        How many.
    say
        Told of the progress.
    memory_mb
        Memory that sorting may use.

    Raises
    ------
    CatalogError
        When it cannot be written.
    """
    if rows < 1:
        raise CatalogError("A catalogue has at least one row.")
    if rows_published(public, TABLE) == rows:
        return False
    with told(public, str(TABLE)), workplace(public, str(TABLE)) as scratch:
        spool, counts = _simulate(scratch / "spool", rows, say)
        layout = Layout(TABLE.table, "ra", "dec", ("object_id",), {"obs_title": "Simulated, for benchmarks"})
        made = scratch / TABLE.table
        BulkWriter(layout, spool, counts, scratch=scratch, memory_mb=memory_mb, say=say).write(made)
        spool.remove()
        publish(public, TABLE, made, _describe(), replace=True)
    return True


def _simulate(folder: Path, rows: int, say: Say) -> tuple[Spool, NDArray[np.int64]]:
    marks = [pa.field(HEALPIX, pa.int64()), pa.field(ROW, pa.int64())]
    spool = Spool(folder, pa.schema([*marks, *_SCHEMA]))
    counts = np.zeros(12 * 4**COUNT_ORDER, dtype=np.int64)
    for start in range(0, rows, CHUNK):
        number = np.arange(start, min(start + CHUNK, rows))
        ra, dec, others = simulated(start // CHUNK, len(number))
        cells = index(ra, dec)
        counts += count_cells(cells)
        spool.add(pa.table([cells, number, FIRST_ID + number, ra, dec, *others], schema=spool.schema))
        say("simulating", int(number[-1]) + 1, rows)
    spool.close()
    return spool, counts


def simulated(number: int, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64], list[NDArray[Any]]]:
    """Simulate some rows; what they are depends on the number of the chunk only."""
    random = np.random.default_rng([_SEED, number])
    ra, dec = _places(random, rows)
    kind = random.choice(np.array([1, 2, 3], dtype=np.int16), rows, p=[0.6, 0.38, 0.02])
    bright = 26 - random.exponential(2.2, rows)
    colours = random.normal(0.5, 0.25, (len(_BANDS) - 1, rows))
    magnitudes = [bright, *(bright - np.cumsum(colours, axis=0))]
    reddening = random.exponential(0.06, rows)
    moving = np.where(kind == 1, random.exponential(6.0, rows), 0.0)
    angle = random.uniform(0, 2 * np.pi, rows)
    values = [*magnitudes, reddening, moving * np.sin(angle), moving * np.cos(angle)]
    return ra, dec, [*(value.astype(np.float32) for value in values), kind]


def _places(random: np.random.Generator, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scatter places over the sky, more of them along the Milky Way."""
    longitude = random.uniform(0, 2 * np.pi, rows)
    latitude = np.arcsin(random.uniform(-1, 1, rows))
    near = random.random(rows) < _PLANE_SHARE
    latitude[near] = np.radians(np.clip(random.laplace(0, _PLANE_WIDTH_DEG, int(near.sum())), -89.9, 89.9))
    pole = np.radians(_POLE_DEC)
    x, y, z = np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)
    dec = np.arcsin(np.clip(z * np.sin(pole) + x * np.cos(pole), -1, 1))
    ra = np.arctan2(y, z * np.cos(pole) - x * np.sin(pole))
    return (np.degrees(ra) + _POLE_RA) % 360, np.degrees(dec)


def _describe() -> dict[str, Any]:
    return {
        "name": TABLE.table,
        "@id": f"#{TABLE}",
        "description": "Simulated objects, for benchmarks: nothing here is real.",
        "columns": [
            described_column(TABLE, name, kind, unit=unit, ucd=ucd, description=f"{said} (simulated).")
            for name, kind, unit, ucd, said in _COLUMNS
        ],
    }
