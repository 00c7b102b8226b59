"""Which HEALPix cells a polygon or a circle touches: those through which its outline runs are divided."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .cells import Cells, Vectors, cells_around, centers

__all__ = ["cells_of_circle", "cells_of_polygon"]

_REACH_DEG = 61.4
"""No corner of a cell of order n is farther from its centre than this / 2**n."""
_CELL_DEG = 58.6
_ROUNDING = math.radians(1e-9)
_ROOM = 6
"""How many times as wide as the polygon's reach the cells are with which the search begins."""


def cells_of_polygon(corners: Vectors, depth: int, slack: float) -> tuple[Cells, Cells]:
    """Return the cells that hold every position of a polygon, nested, and the order of each.

    cdshealpix's search leaves out most of some polygons that are large for their cells (a box of 60 by 30
    degrees around (0, 0)), so polygons are not given to it.

    Parameters
    ----------
    corners
        Unit vectors, shape (n, 3), all within less than 90 degrees of their middle.
    depth
        The order of the smallest cells.
    slack
        How far outside a position may lie, in radians.
    """
    return _divided(_Polygon(corners), depth, slack)


def cells_of_circle(middle: Vectors, radius: float, depth: int) -> tuple[Cells, Cells]:
    """Return the cells that hold every position of a circle, nested, and the order of each.

    cdshealpix's search leaves out the rim of one cone in a thousand, up to a few thousandths of its radius.

    Parameters
    ----------
    middle
        A unit vector.
    radius
        Radians.
    depth
        The order of the smallest cells.
    """
    return _divided(_Circle(middle, radius), depth, _ROUNDING)


def _divided(shape: _Shape, depth: int, slack: float) -> tuple[Cells, Cells]:
    found: list[Cells] = []
    orders: list[Cells] = []
    first, cells = shape.around(depth)
    for order in range(first, depth + 1):
        places = centers(cells, order)
        is_crossed = shape.distance(places) <= math.radians(_REACH_DEG / 2**order) + slack
        is_whole = ~is_crossed & shape.holds(places)
        kept = is_whole | is_crossed if order == depth else is_whole
        found.append(cells[kept])
        orders.append(np.full(int(kept.sum()), order, dtype=np.int64))
        cells = (4 * cells[is_crossed, None] + np.arange(4)).ravel()
    return np.concatenate(found), np.concatenate(orders)


def _around(middle: Vectors, reach_deg: float, depth: int) -> tuple[int, Cells]:
    """Return an order at which all within a reach lies in some cells, and these cells."""
    order = min(depth, math.floor(math.log2(_CELL_DEG / _ROOM / max(reach_deg, 1e-9))))
    found = cells_around(middle, order) if order > 0 else None
    return (0, np.arange(12, dtype=np.int64)) if found is None else (order, found)


class _Polygon:
    def __init__(self, corners: Vectors) -> None:
        following = np.roll(corners, -1, axis=0)
        normals = np.cross(corners, following)
        lengths = np.linalg.norm(normals, axis=1)
        is_edge = lengths > 0
        self._starts, self._ends = corners[is_edge], following[is_edge]
        self._normals = normals[is_edge] / lengths[is_edge, None]
        self._corners = corners
        middle = corners.sum(axis=0)
        self._middle = middle / np.linalg.norm(middle)
        east = np.cross([0.0, 0.0, 1.0] if abs(self._middle[2]) < 0.9 else [1.0, 0.0, 0.0], self._middle)
        self._east = east / np.linalg.norm(east)
        self._north = np.cross(self._middle, self._east)

    def around(self, depth: int) -> tuple[int, Cells]:
        """Return an order at which the polygon lies within a cell and its neighbours, and these cells."""
        reach = math.degrees(math.acos(min(1.0, float((self._corners @ self._middle).min()))))
        return _around(self._middle, reach, depth)

    def distance(self, points: Vectors) -> NDArray[np.float64]:
        """Return how far each point is from the outline, in radians."""
        to_corners = np.arccos(np.clip(points @ self._corners.T, -1, 1)).min(axis=1)
        to_circles = np.abs(np.arcsin(np.clip(points @ self._normals.T, -1, 1)))
        after = points @ np.cross(self._normals, self._starts).T >= 0
        before = points @ np.cross(self._ends, self._normals).T >= 0
        to_edges = np.where(after & before, to_circles, np.pi).min(axis=1, initial=np.pi)
        nearest: NDArray[np.float64] = np.minimum(to_corners, to_edges)
        return nearest

    def holds(self, points: Vectors) -> NDArray[np.bool_]:
        """Say which points are inside; of those on the outline nothing is said.

        Seen from the middle, great circles are straight: it is counted how many edges lie east of a point.
        """
        ahead = points @ self._middle
        in_front = ahead > 0
        x, y = self._flat(np.where(in_front[:, None], points, self._middle))
        (x1, y1), (x2, y2) = self._flat(self._starts), self._flat(self._ends)
        crosses = (y1 > y[:, None]) != (y2 > y[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            place = x1 + (y[:, None] - y1) * (x2 - x1) / (y2 - y1)
        inside: NDArray[np.bool_] = in_front & ((crosses & (place > x[:, None])).sum(axis=1) % 2 == 1)
        return inside

    def _flat(self, points: Vectors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where points stand on the plane that touches the sky in the middle."""
        ahead = points @ self._middle
        return points @ self._east / ahead, points @ self._north / ahead


class _Circle:
    def __init__(self, middle: Vectors, radius: float) -> None:
        self._middle = middle
        self._radius = radius

    def around(self, depth: int) -> tuple[int, Cells]:
        """Return an order at which the circle lies within a cell and its neighbours, and these cells."""
        return _around(self._middle, math.degrees(self._radius), depth)

    def distance(self, points: Vectors) -> NDArray[np.float64]:
        """Return how far each point is from the outline, in radians."""
        away: NDArray[np.float64] = np.abs(self._away(points) - self._radius)
        return away

    def holds(self, points: Vectors) -> NDArray[np.bool_]:
        """Say which points are inside."""
        inside: NDArray[np.bool_] = self._away(points) < self._radius
        return inside

    def _away(self, points: Vectors) -> NDArray[np.float64]:
        # The chord is exact where the cosine of an angle is not: close by.
        chord = np.linalg.norm(points - self._middle, axis=1)
        away: NDArray[np.float64] = 2 * np.arcsin(np.minimum(chord / 2, 1))
        return away


_Shape = _Polygon | _Circle
