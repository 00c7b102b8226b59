"""The crossmatch with Gaia: the nearest star within 1.5 arcsec of each object."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["RADIUS_ARCSEC", "crossmatch"]

Floats = npt.NDArray[np.float64]

RADIUS_ARCSEC = 1.5
_RADIUS_DEG = RADIUS_ARCSEC / 3600


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
    here = tuple(objects[name].to_numpy() for name in ("ra", "dec"))
    order = np.argsort(here[1], kind="stable")
    nearest = np.full(len(objects), -1)
    distance = np.full(len(objects), np.inf)
    for star, (ra, dec) in enumerate(zip(stars["ra"].to_numpy(), stars["dec"].to_numpy(), strict=True)):
        low, high = np.searchsorted(here[1], (dec - _RADIUS_DEG, dec + _RADIUS_DEG), sorter=order)
        rows = order[low:high]
        apart = _separation(here[0][rows], here[1][rows], ra, dec)
        closer = (apart < RADIUS_ARCSEC) & (apart < distance[rows])
        nearest[rows[closer]] = star
        distance[rows[closer]] = apart[closer]
    matched = np.flatnonzero(nearest >= 0)
    return pa.table(
        {
            "object_id": objects["object_id"].take(pa.array(matched)),
            "source_id": stars["source_id"].take(pa.array(nearest[matched])),
            "ra": objects["ra"].take(pa.array(matched)),
            "dec": objects["dec"].take(pa.array(matched)),
            "distance": pa.array(distance[matched].astype(np.float32)),
        }
    )


def _separation(ra1: Floats, dec1: Floats, ra2: float, dec2: float) -> Floats:
    """Return the angle between positions on the sky, arcsec (the haversine formula)."""
    lat1, lat2 = np.radians(dec1), np.radians(dec2)
    turn = np.radians(ra1 - ra2)
    haversine = np.sin((lat1 - lat2) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(turn / 2) ** 2
    return np.asarray(np.degrees(2 * np.arcsin(np.sqrt(haversine))) * 3600)
