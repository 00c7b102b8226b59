"""Where on the sky a position lies: HEALPix indices of order 29, nested."""

from __future__ import annotations

import astropy.units as u
import numpy as np
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested
from numpy.typing import NDArray

__all__ = ["ORDER", "border_distance", "index", "shift"]

ORDER = 29


def index(ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order 29 index of each position (`_healpix_29` of HATS)."""
    cells = nested.lonlat_to_healpix(Longitude(ra_deg, u.deg), Latitude(dec_deg, u.deg), ORDER)
    return np.asarray(cells).astype(np.int64)


def border_distance(
    ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], orders: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return how far each position lies from the nearest edge of its pixel, as a fraction of the pixel."""
    nearest = np.empty(len(ra_deg))
    for order in np.unique(orders):
        here = orders == order
        _, dx, dy = nested.lonlat_to_healpix(
            Longitude(ra_deg[here], u.deg), Latitude(dec_deg[here], u.deg), int(order), return_offsets=True
        )
        nearest[here] = np.min([dx, 1 - dx, dy, 1 - dy], axis=0)
    return nearest


def shift(
    ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], *, distance_deg: float, angle_rad: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the positions at a distance from the given ones, in the direction of a position angle."""
    dec, distance = np.radians(dec_deg), np.radians(distance_deg)
    sin_dec = np.sin(dec) * np.cos(distance) + np.cos(dec) * np.sin(distance) * np.cos(angle_rad)
    shifted = np.arcsin(np.clip(sin_dec, -1, 1))
    turn = np.arctan2(
        np.sin(angle_rad) * np.sin(distance) * np.cos(dec), np.cos(distance) - np.sin(dec) * sin_dec
    )
    return (ra_deg + np.degrees(turn)) % 360, np.degrees(shifted)
