"""The crossmatch with Gaia: the nearest star within 1.5 arcsec of each object."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

__all__ = ["RADIUS_ARCSEC", "crossmatch"]

RADIUS_ARCSEC = 1.5


def crossmatch(objects: pa.Table, stars: pa.Table) -> pa.Table:
    """Pair objects with stars.

    Parameters
    ----------
    objects
        With object_id, ra, dec (degrees).
    stars
        With source_id, ra, dec (degrees).

    Returns
    -------
    pyarrow.Table
        object_id, source_id, ra, dec (deg, of the object), distance (arcsec): a row for each match.
    """
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    here = SkyCoord(objects["ra"].to_numpy(), objects["dec"].to_numpy(), unit=u.deg)
    there = SkyCoord(stars["ra"].to_numpy(), stars["dec"].to_numpy(), unit=u.deg)
    nearest, separation, _ = here.match_to_catalog_sky(there)
    matched = np.flatnonzero(separation.arcsec < RADIUS_ARCSEC)
    return pa.table(
        {
            "object_id": objects["object_id"].take(pa.array(matched)),
            "source_id": stars["source_id"].take(pa.array(nearest[matched])),
            "ra": objects["ra"].take(pa.array(matched)),
            "dec": objects["dec"].take(pa.array(matched)),
            "distance": pa.array(separation.arcsec[matched].astype(np.float32)),
        }
    )
