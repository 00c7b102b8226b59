"""Catalogues that the hostile statements name, small ones; beside them those of the answers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from astrohub_archive.data.collection import Source, write_collection

from ...support.catalogs import describe, synthetic_sky
from ..answers import tables

__all__ = ["publish"]

_GAIA = {"star_id": "source_id", "ra": "ra", "dec": "dec", "mag": "phot_g_mean_mag", "name": "name"}
_HIPPARCOS = {"hip": "hip", "ra": "ra", "dec": "dec", "mag": "parallax", "name": "name"}


def publish(public: Path) -> None:
    """Write `gaia_dr3_g10.gaia_source` and `hipparcos.hip2`, 20,000 rows each, and the small tables."""
    public.mkdir()
    rows = synthetic_sky(20_000)
    rows = rows.append_column("hip", pa.array(range(len(rows)), pa.int32()))
    for schema, name, columns in (
        ("gaia_dr3_g10", "gaia_source", _GAIA),
        ("hipparcos", "hip2", _HIPPARCOS),
    ):
        chosen = rows.select(list(columns)).rename_columns(list(columns.values()))
        key = chosen.column_names[0]
        folder = public / schema
        write_collection(Source(name, chosen, index_columns=(key,), partition_rows=4_000), folder / name)
        text = describe(schema, {name: chosen.schema})
        (folder / f"{schema}.yaml").write_text(text, encoding="utf-8")
    tables.publish(public)
