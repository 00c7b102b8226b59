"""How many rows lie in a region of the sky: those of its partitions, by the share of their area."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..models import Partition, Region
from .coverage import Ranges

__all__ = ["rows_inside"]

_ORDER = 29
_CELL_SR = 4 * math.pi / (12 * 4**_ORDER)


def rows_inside(partitions: Sequence[Partition], cells: Ranges, region: Region) -> float:
    """Return about how many rows lie in a region, as if those of a partition were spread evenly.

    Parameters
    ----------
    partitions
        The partitions that the region touches.
    cells
        The order 29 cells that cover it.
    region
        The region.
    """
    sizes = np.array([1 << 2 * (_ORDER - one.norder) for one in partitions], dtype=np.int64)
    starts = np.array([one.npix for one in partitions], dtype=np.int64) * sizes
    rows = np.array([one.rows for one in partitions], dtype=np.float64)
    inside = _below(cells, starts + sizes) - _below(cells, starts)
    covered_sr = float((cells[:, 1] - cells[:, 0]).sum()) * _CELL_SR
    area_sr = _area(region)
    # The cells at its edge stick out of a region.
    share = 1.0 if area_sr is None or covered_sr == 0 else min(1.0, area_sr / covered_sr)
    return float((rows * inside / sizes).sum()) * share


def _below(cells: Ranges, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many cells of some ranges lie below each of some places."""
    before = np.concatenate([[0], np.cumsum(cells[:, 1] - cells[:, 0])])
    number = np.searchsorted(cells[:, 0], places, side="right")
    begun = np.maximum(number - 1, 0)
    part = np.clip(places - cells[begun, 0], 0, cells[begun, 1] - cells[begun, 0])
    below: NDArray[np.int64] = np.where(number > 0, before[begun] + part, 0)
    return below


def _area(region: Region) -> float | None:
    """Return the area of a region in steradians, or None where only its cells tell."""
    if region.kind == "circle":
        return 4 * math.pi * math.sin(math.radians(region.values[2]) / 2) ** 2
    if region.kind == "box":
        _, dec, width, height = region.values
        low, high = max(dec - height / 2, -90.0), min(dec + height / 2, 90.0)
        return math.radians(width) * (math.sin(math.radians(high)) - math.sin(math.radians(low)))
    return None
