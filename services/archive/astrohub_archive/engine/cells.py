"""HEALPix by arithmetic (nested; Górski et al. 2005): where cells are, and which ones lie around a place."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "Vectors", "cells_around", "centers", "spread"]

Vectors = NDArray[np.float64]
"""Unit vectors, shape (n, 3)."""
Cells = NDArray[np.int64]
"""Numbers of cells, nested."""

_Whole = TypeVar("_Whole", int, Cells)

_RINGS = np.array([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4])
_TURNS = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7])
_FOLDS = (
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)
"""By how many bits each half of a pair moves down, and which bits it then occupies."""
_EVERY_OTHER = 0x5555555555555555
_SPREADS = ((16, _FOLDS[3][1]), (8, _FOLDS[2][1]), (4, _FOLDS[1][1]), (2, _FOLDS[0][1]), (1, _EVERY_OTHER))
"""The same, upwards."""
_CAP = 2 / 3
"""Above this sine of the latitude the cells' edges bend towards the pole."""


def centers(cells: Cells, order: int) -> Vectors:
    """Return where the centres of cells are."""
    side = 1 << order
    face, within = cells >> 2 * order, cells & (side * side - 1)
    x, y = _folded(within), _folded(within >> 1)
    ring = _RINGS[face] * side - x - y - 1
    # In the caps rings are shorter the nearer they are to the pole; between them all are as long.
    length = np.minimum(np.minimum(ring, 4 * side - ring), side)
    cap = (length / side) ** 2 / 3
    is_cap = length < side
    height = np.where(is_cap, np.where(ring < side, 1 - cap, cap - 1), (2 * side - ring) * (2 / (3 * side)))
    across = np.sqrt(np.where(is_cap, cap * (2 - cap), 1 - height**2))
    lon = (_TURNS[face] + (x - y) / length) * (math.pi / 4)
    vectors: Vectors = np.stack([across * np.cos(lon), across * np.sin(lon), height], axis=1)
    return vectors


def cells_around(middle: Vectors, order: int) -> Cells | None:
    """Return the cell of a place and its eight neighbours; None where they are not of one base cell.

    Parameters
    ----------
    middle
        A unit vector, shape (3,).
    """
    face, x, y = _cell_of(middle.tolist(), order)
    last = (1 << order) - 1
    if not (0 < x < last and 0 < y < last):
        return None
    base = face << 2 * order
    numbers = [base + (spread(x + i) | spread(y + j) << 1) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.array(numbers, dtype=np.int64)


def _cell_of(place: list[float], order: int) -> tuple[int, int, int]:
    """Return the base cell of a place, and column and row of its cell in there."""
    x, y, z = place
    side = 1 << order
    turn = math.atan2(y, x) % math.tau / (math.pi / 2)
    if abs(z) <= _CAP:
        rising, falling = side * (0.5 + turn - 0.75 * z), side * (0.5 + turn + 0.75 * z)
        up, down = int(rising), int(falling)
        first, second = up >> order, down >> order
        face = first | 4 if first == second else min(first, second) + 8 * (first > second)
        return face, down & (side - 1), side - (up & (side - 1)) - 1
    quarter = min(3, int(turn))
    reach = side * math.hypot(x, y) / math.sqrt((1 + abs(z)) / 3)
    up = min(side - 1, int((turn - quarter) * reach))
    down = min(side - 1, int((1 - turn + quarter) * reach))
    return (quarter, side - down - 1, side - up - 1) if z > 0 else (quarter + 8, up, down)


def _folded(numbers: Cells) -> Cells:
    """Return what every other bit of numbers makes, the lowest first."""
    folded = numbers & _EVERY_OTHER
    for shift, mask in _FOLDS:
        folded = (folded | folded >> shift) & mask
    return folded


def spread(number: _Whole) -> _Whole:
    """Return a number, or each of several, with a zero before each of its bits."""
    for shift, mask in _SPREADS:
        number = (number | number << shift) & mask
    return number
