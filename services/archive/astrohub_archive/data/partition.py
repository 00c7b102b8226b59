"""How a catalogue is cut into partitions: HEALPix pixels that hold at most so many rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .healpix import ORDER

__all__ = ["COUNT_ORDER", "MAXIMUM_ORDER", "Cut", "cut", "cut_counted"]

MAXIMUM_ORDER = 11
COUNT_ORDER = 8
"""The order at which the rows of a catalogue too large for memory are counted."""

_Span = Callable[[int, int], tuple[int, int]]


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

    @property
    def path(self) -> str:
        """Return its file, relative to the folder of the dataset."""
        return f"Norder={self.norder}/Dir={self.ndir}/Npix={self.npix}.parquet"

    @property
    def cells(self) -> tuple[int, int]:
        """Return its first order 29 index, and the first behind it."""
        shift = 2 * (ORDER - self.norder)
        return self.npix << shift, (self.npix + 1) << shift


def cut(index: NDArray[np.int64], maximum_rows: int) -> tuple[Cut, ...]:
    """Cut sorted order 29 indices into pixels, splitting in four whatever holds too many rows.

    Pixels without rows are left out; the result is in the order of the sky.
    """

    def span(order: int, npix: int) -> tuple[int, int]:
        shift = 2 * (ORDER - order)
        start, stop = np.searchsorted(index, [npix << shift, (npix + 1) << shift])
        return int(start), int(stop)

    return _cut(span, maximum_rows, MAXIMUM_ORDER)


def cut_counted(counts: NDArray[np.int64], maximum_rows: int) -> tuple[Cut, ...]:
    """Cut a catalogue of which only the rows in each pixel of `COUNT_ORDER` are known.

    Such a pixel that holds too many rows stays whole here: `cut` splits it when its rows are at hand.
    """
    before = np.concatenate([[0], np.cumsum(counts)])

    def span(order: int, npix: int) -> tuple[int, int]:
        shift = 2 * (COUNT_ORDER - order)
        return int(before[npix << shift]), int(before[(npix + 1) << shift])

    return _cut(span, maximum_rows, COUNT_ORDER)


def _cut(span: _Span, maximum_rows: int, deepest: int) -> tuple[Cut, ...]:
    cuts: list[Cut] = []
    waiting = [(0, npix) for npix in reversed(range(12))]
    while waiting:
        order, npix = waiting.pop()
        start, stop = span(order, npix)
        if start == stop:
            continue
        if stop - start <= maximum_rows or order == deepest:
            cuts.append(Cut(order, npix, start, stop))
        else:
            waiting.extend((order + 1, 4 * npix + child) for child in reversed(range(4)))
    return tuple(cuts)
