"""Which rows lie just outside each partition: what a HATS margin catalogue holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .healpix import border_distance, index, shift
from .partition import Cut

__all__ = ["Borders", "margins"]

_DIRECTIONS = 64
# Between samples of the circle a border can hide by at most 1 - cos(pi / 64), a tenth of a percent.
_REACH = 1.005


class Borders:
    """The borders of all partitions of a catalogue.

    Parameters
    ----------
    cuts
        All partitions, in the order of the sky.
    arcsec
        How far beyond a border a row still belongs to the margin. Rows up to half a percent further away
        may be counted, too.
    """

    def __init__(self, cuts: Sequence[Cut], arcsec: float) -> None:
        self._arcsec = arcsec
        self._orders = np.array([one.norder for one in cuts], dtype=np.uint8)
        cells = np.array([one.cells for one in cuts], dtype=np.int64).reshape(-1, 2)
        self._starts, self._stops = cells[:, 0], cells[:, 1]

    def across(
        self, ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], cells: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return pairs of a partition and a row of another that lies close to it, shape (n, 2), sorted.

        Parameters
        ----------
        ra_deg, dec_deg
            Positions of rows, each of which is in a partition.
        cells
            Their order 29 indices.
        """
        owner = self._partition_of(cells)
        orders = self._orders[owner]
        # A pixel's side is about 58.6 / 2^order degrees; four times the distance allows for distorted pixels.
        limit = 4 * self._arcsec / 3600 / 58.6 * 2.0**orders
        rows = np.flatnonzero(border_distance(ra_deg, dec_deg, orders) < limit)
        found = [np.empty(0, dtype=np.int64)]
        for fraction in (0.34, 0.67, 1.0):
            distance = self._arcsec / 3600 * _REACH * fraction
            for angle in np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS):
                moved = index(
                    *shift(ra_deg[rows], dec_deg[rows], distance_deg=distance, angle_rad=float(angle))
                )
                other = self._partition_of(moved)
                reached = (other >= 0) & (moved < self._stops[np.maximum(other, 0)]) & (other != owner[rows])
                found.append(np.unique(other[reached] * len(ra_deg) + rows[reached]))
        pairs = np.unique(np.concatenate(found))
        return np.stack(np.divmod(pairs, max(len(ra_deg), 1)), axis=1)

    def _partition_of(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the last partition that begins at or before each cell, -1 where there is none."""
        return np.searchsorted(self._starts, cells, side="right") - 1


def margins(
    cuts: Sequence[Cut],
    ra_deg: NDArray[np.float64],
    dec_deg: NDArray[np.float64],
    cells: NDArray[np.int64],
    arcsec: float,
) -> dict[Cut, NDArray[np.int64]]:
    """Return, for each partition that has any, the rows of others that lie within a distance of it.

    Parameters
    ----------
    cuts
        All partitions, in the order of the sky.
    ra_deg, dec_deg, cells
        Positions and order 29 indices of the sorted catalogue.
    arcsec
        The distance.
    """
    pairs = Borders(cuts, arcsec).across(ra_deg, dec_deg, cells)
    reached, first = np.unique(pairs[:, 0], return_index=True)
    groups = np.split(pairs[:, 1], first[1:])
    return {cuts[number]: members for number, members in zip(reached.tolist(), groups, strict=False)}
