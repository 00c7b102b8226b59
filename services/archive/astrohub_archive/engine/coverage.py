"""Which cells of the sky a region touches: ranges of order 29 HEALPix indices, never too few."""

from __future__ import annotations

import logging
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..models import Region
from .polygons import cells_of_circle, cells_of_polygon

__all__ = ["SLACK_DEG", "Ranges", "closed", "cover", "merge", "simplify"]

Ranges = NDArray[np.int64]
"""Sorted, disjoint half-open ranges, shape (n, 2)."""

_log = logging.getLogger(__name__)

_ORDER = 29
_MOST_TILES = 32
_DEEPEST = 22
_CELL_DEG = 58.6
SLACK_DEG = 1e-7
"""Wider than any rounding between the index of a position and the distance computed from it."""
_WIDEST_DEG = 90
_SMALL_DEG = 0.2


def cover(region: Region, slack_deg: float = SLACK_DEG) -> Ranges | None:
    """Return ranges that hold every position of a region, or None when they would not help.

    Parameters
    ----------
    region
        In ICRS degrees.
    slack_deg
        How far a position may be from the one by which its cell was found.
    """
    if not all(math.isfinite(value) for value in region.values):
        return None
    try:
        return _cover(region, slack_deg)
    except (ArithmeticError, ValueError):
        # All files are read then: slow, but right.
        _log.warning("region-not-covered", extra={"kind": region.kind, "values": region.values})
        return None


def _cover(region: Region, slack_deg: float) -> Ranges | None:
    if region.kind == "circle":
        return _circle(*region.values, slack_deg=slack_deg)
    if region.kind == "polygon":
        return _polygon(np.array(region.values).reshape(-1, 2), slack_deg)
    if region.kind == "box":
        return _box(*region.values, slack_deg=slack_deg)
    return None


def _circle(ra: float, dec: float, radius: float, *, slack_deg: float) -> Ranges | None:
    # Cones of more than half the sky read most files anyhow.
    if radius < 0 or radius > _WIDEST_DEG or abs(dec) > 90:
        return None
    reach = radius + slack_deg
    lon, lat = math.radians(ra), math.radians(dec)
    middle = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    # Of small cones no row group is narrower than a few; fewer divisions take less time.
    depth = _depth(reach if reach > _SMALL_DEG else 8 * reach)
    return _ranges((*cells_of_circle(middle, math.radians(reach), depth), None))


def _polygon(corners: NDArray[np.float64], slack_deg: float) -> Ranges | None:
    if len(corners) < 3 or np.any(np.abs(corners[:, 1]) > 90):
        return None
    lon, lat = np.radians(corners).T
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    centre = points.mean(axis=1)
    length = float(np.linalg.norm(centre))
    if length < 0.1:
        return None
    reach = math.degrees(math.acos(min(1.0, float((centre / length @ points).min()))))
    if reach >= 80:
        return None
    return _ranges((*cells_of_polygon(points.T, _depth(reach / 2), math.radians(slack_deg)), None))


def _box(ra: float, dec: float, width: float, height: float, *, slack_deg: float) -> Ranges | None:
    """Cover a box by circles around its tiles, whether its sides follow coordinates or great circles."""
    if width < 0 or height < 0 or width >= 180:
        return None
    low, high = max(dec - height / 2, -90.0), min(dec + height / 2, 90.0)
    # Between two corners a great circle bulges towards its pole.
    low, high = min(low, _bulge(low, width)), max(high, _bulge(high, width))
    if low > high:
        return None
    broad = width * math.cos(math.radians(0.0 if low < 0 < high else min(abs(low), abs(high))))
    across = min(_MOST_TILES, max(math.ceil(broad / max(high - low, 1e-9)), 1))
    along = min(_MOST_TILES, max(math.ceil((high - low) / max(broad, 1e-9)), 1))
    tile_width, tile_height = width / across, (high - low) / along
    circles: list[Ranges] = []
    for column in range(across):
        for row in range(along):
            centre = ra - width / 2 + (column + 0.5) * tile_width, low + (row + 0.5) * tile_height
            reach = max(
                _distance(centre, (centre[0] + tile_width / 2, centre[1] + side * tile_height / 2))
                for side in (-1, 1)
            )
            circle = _circle(*centre, reach, slack_deg=slack_deg)
            if circle is None:
                return None
            circles.append(circle)
    return merge(np.concatenate(circles))


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    (x1, y1), (x2, y2) = (map(math.radians, place) for place in (one, other))
    haversine = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return math.degrees(2 * math.asin(min(1.0, math.sqrt(max(haversine, 0.0)))))


def _bulge(dec: float, width: float) -> float:
    if abs(dec) >= 90:
        return math.copysign(90.0, dec)
    return math.degrees(math.atan(math.tan(math.radians(dec)) / math.cos(math.radians(width / 2))))


def _depth(size_deg: float) -> int:
    """Return the order at which a cell is about half of `size_deg` wide."""
    return max(1, min(_DEEPEST, math.ceil(math.log2(2 * _CELL_DEG / max(size_deg, 1e-9)))))


def _ranges(cells: tuple[Any, Any, Any]) -> Ranges:
    pixels, depths, _ = cells
    shift = 2 * (_ORDER - np.asarray(depths, dtype=np.int64))
    first = np.asarray(pixels, dtype=np.int64)
    return merge(np.stack([first << shift, (first + 1) << shift], axis=1))


def merge(ranges: Ranges) -> Ranges:
    """Sort ranges and join those that touch or overlap."""
    if len(ranges) == 0:
        return ranges.reshape(0, 2)
    ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ranges[:, 1])
    begins = np.concatenate([[True], ranges[1:, 0] > reach[:-1]])
    ends = np.concatenate([begins[1:], [True]])
    return np.stack([ranges[begins, 0], reach[ends]], axis=1)


def closed(ranges: Ranges, width: int) -> Ranges:
    """Return ranges that hold all the given ones, without the gaps that are narrower than `width`."""
    if len(ranges) < 2:
        return ranges
    wide = ranges[1:, 0] - ranges[:-1, 1] >= width
    begins = np.concatenate([[True], wide])
    ends = np.concatenate([wide, [True]])
    return np.stack([ranges[begins, 0], ranges[ends, 1]], axis=1)


def simplify(ranges: Ranges, most: int) -> Ranges:
    """Return at most so many ranges that hold all the given ones: the smallest gaps are closed."""
    if len(ranges) <= most:
        return ranges
    gaps = ranges[1:, 0] - ranges[:-1, 1]
    kept = np.sort(np.argsort(gaps, kind="stable")[len(gaps) - (most - 1) :])
    starts = np.concatenate([ranges[:1, 0], ranges[kept + 1, 0]])
    stops = np.concatenate([ranges[kept, 1], ranges[-1:, 1]])
    return np.stack([starts, stops], axis=1)
