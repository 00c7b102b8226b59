"""How a catalogue is cut into partitions: HEALPix pixels that hold at most so many rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .healpix import ORDER

__all__ = ["MAXIMUM_ORDER", "Cut", "cut"]

MAXIMUM_ORDER = 11


@dataclass(frozen=True)
class Cut:
    """One partition: a pixel, and its rows `start` to `stop` of the sorted catalogue."""

    norder: int
    npix: int
    start: int
    stop: int

    @property
    def ndir(self) -> int:
        """Return the number of the folder that groups the pixels (HATS 1.0, `Dir`)."""
        return self.npix // 10_000 * 10_000


def cut(index: NDArray[np.int64], maximum_rows: int) -> tuple[Cut, ...]:
    """Cut sorted order 29 indices into pixels, splitting in four whatever holds too many rows.

    Pixels without rows are left out; the result is in the order of the sky.
    """
    cuts: list[Cut] = []
    waiting = [(0, npix) for npix in reversed(range(12))]
    while waiting:
        order, npix = waiting.pop()
        shift = 2 * (ORDER - order)
        start, stop = np.searchsorted(index, [npix << shift, (npix + 1) << shift])
        if start == stop:
            continue
        if stop - start <= maximum_rows or order == MAXIMUM_ORDER:
            cuts.append(Cut(order, npix, int(start), int(stop)))
        else:
            waiting.extend((order + 1, 4 * npix + child) for child in reversed(range(4)))
    return tuple(cuts)
