"""The table `large.epoch` beside `large.object`: 400 epochs of each of its first objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from astrohub_archive.data.bulk import ROW, BulkWriter, Say, count_cells
from astrohub_archive.data.healpix import index
from astrohub_archive.data.large import CHUNK, FIRST_ID, simulated
from astrohub_archive.data.large import TABLE as OBJECTS
from astrohub_archive.data.loading.description import described_column
from astrohub_archive.data.loading.names import TableName
from astrohub_archive.data.loading.publication import publish, rows_published
from astrohub_archive.data.properties import HEALPIX, Layout
from astrohub_archive.data.publishing import told, workplace
from astrohub_archive.data.sorting import Spool

__all__ = ["EPOCHS", "TABLE", "make_epochs"]

TABLE = TableName("large", "epoch")
EPOCHS = 400
"""Rows of one object."""

_COLUMNS = (
    ("object_id", pa.int64(), "", "meta.id"),
    ("ra", pa.float64(), "deg", "pos.eq.ra;meta.main"),
    ("dec", pa.float64(), "deg", "pos.eq.dec;meta.main"),
    ("mjd", pa.float64(), "d", "time.epoch"),
    ("band", pa.int16(), "", "instr.bandpass"),
    ("mag", pa.float32(), "mag", "phot.mag;em.opt"),
    ("magerr", pa.float32(), "mag", "stat.error;phot.mag"),
)
_SCHEMA = pa.schema([(name, kind) for name, kind, *_ in _COLUMNS])


def make_epochs(public: Path, rows: int, say: Say, *, memory_mb: int = 2048) -> None:
    """Make the table with about so many rows, at most 400 for each of 250,000 objects.

    Parameters
    ----------
    public
        The folder of published catalogues, in which `large.object` is.
    rows
        How many.
    say
        Told of the progress.
    memory_mb
        Memory that sorting may use.
    """
    first = min(rows_published(public, OBJECTS) or 0, CHUNK)
    objects = min(max(rows // EPOCHS, 1), first)
    if rows_published(public, TABLE) == objects * EPOCHS:
        return
    with told(public, str(TABLE)), workplace(public, str(TABLE)) as scratch:
        spool, counts = _simulate(scratch / "spool", objects, first, say)
        layout = Layout(TABLE.table, "ra", "dec", ("object_id",), {"obs_title": "Simulated, for benchmarks"})
        made = scratch / TABLE.table
        BulkWriter(layout, spool, counts, scratch=scratch, memory_mb=memory_mb, say=say).write(made)
        spool.remove()
        publish(public, TABLE, made, _describe(), replace=True)


def _simulate(folder: Path, objects: int, first: int, say: Say) -> tuple[Spool, Any]:
    marks = [pa.field(HEALPIX, pa.int64()), pa.field(ROW, pa.int64())]
    spool = Spool(folder, pa.schema([*marks, *_SCHEMA]))
    # The first objects are where the other table has them only if as many are simulated at once.
    ra, dec, _ = (column[:objects] for column in simulated(0, first))
    cells, number = index(ra, dec), np.arange(objects)
    random = np.random.default_rng(20261122)
    mean = random.uniform(14, 24, objects)
    for epoch in range(EPOCHS):
        mjd = 60_000 + 3 * epoch + random.uniform(0, 1, objects)
        error = 0.01 * np.exp((mean - 18) / 3)
        values = [
            mjd,
            np.full(objects, epoch % 5, dtype=np.int16),
            (mean + error * random.normal(size=objects)).astype(np.float32),
            error.astype(np.float32),
        ]
        rows = [cells, epoch * objects + number, FIRST_ID + number, ra, dec, *values]
        spool.add(pa.table(rows, schema=spool.schema))
        say("simulating", (epoch + 1) * objects, EPOCHS * objects)
    spool.close()
    return spool, count_cells(cells) * EPOCHS


def _describe() -> dict[str, Any]:
    return {
        "name": TABLE.table,
        "@id": f"#{TABLE}",
        "description": "Simulated epochs of objects, for benchmarks: nothing here is real.",
        "columns": [
            described_column(TABLE, name, kind, unit=unit, ucd=ucd, description="Simulated.")
            for name, kind, unit, ucd in _COLUMNS
        ],
    }
