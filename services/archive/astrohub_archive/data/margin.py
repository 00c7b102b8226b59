"""Which rows lie just outside each partition: what a HATS margin catalogue holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .healpix import ORDER, border_distance, index, shift
from .partition import Cut

__all__ = ["margins"]

_DIRECTIONS = 64
# Between samples of the circle a border can hide by at most 1 - cos(pi / 64), a tenth of a percent.
_REACH = 1.005


def margins(
    cuts: Sequence[Cut], ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], arcsec: float
) -> dict[Cut, NDArray[np.int64]]:
    """Return, for each partition that has any, the rows of others that lie within a distance of it.

    Parameters
    ----------
    cuts
        All partitions, in the order of the sky.
    ra_deg, dec_deg
        Positions of the sorted catalogue.
    arcsec
        The distance. Rows up to half a percent further away may be in the result, too.
    """
    owner = np.repeat(np.arange(len(cuts)), [c.stop - c.start for c in cuts])
    orders = np.array([c.norder for c in cuts], dtype=np.uint8)[owner]
    # A pixel's side is about 58.6 / 2^order degrees; four times the distance allows for distorted pixels.
    near = border_distance(ra_deg, dec_deg, orders) < 4 * arcsec / 3600 / 58.6 * 2.0**orders
    rows = np.flatnonzero(near)
    starts = np.array([c.npix << 2 * (ORDER - c.norder) for c in cuts], dtype=np.int64)
    stops = np.array([(c.npix + 1) << 2 * (ORDER - c.norder) for c in cuts], dtype=np.int64)
    pairs: set[tuple[int, int]] = set()
    for fraction in (0.34, 0.67, 1.0):
        for angle in np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS):
            distance = arcsec / 3600 * _REACH * fraction
            moved = index(*shift(ra_deg[rows], dec_deg[rows], distance_deg=distance, angle_rad=float(angle)))
            other = np.searchsorted(starts, moved, side="right") - 1
            reached = (other >= 0) & (moved < stops[np.maximum(other, 0)]) & (other != owner[rows])
            pairs.update(zip(other[reached].tolist(), rows[reached].tolist(), strict=True))
    found: dict[Cut, list[int]] = {}
    for partition, row in sorted(pairs):
        found.setdefault(cuts[partition], []).append(row)
    return {partition: np.array(members, dtype=np.int64) for partition, members in found.items()}
