"""Which cells of the sky a region touches: ranges of order 29 HEALPix indices, never too few."""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested
from numpy.typing import NDArray

from ..models import Region

__all__ = ["Ranges", "cover", "merge", "simplify"]

Ranges = NDArray[np.int64]
"""Sorted, disjoint half-open ranges, shape (n, 2)."""

_ORDER = 29
_DEEPEST = 22
_CELL_DEG = 58.6
# Wider than any rounding between the index of a position and the distance computed from it.
_SLACK_DEG = 1e-7


def cover(region: Region) -> Ranges | None:
    """Return ranges that hold every position of a region, or None when they would not help.

    Parameters
    ----------
    region
        In ICRS degrees.
    """
    if not all(math.isfinite(value) for value in region.values):
        return None
    if region.kind == "circle":
        return _circle(*region.values)
    if region.kind == "polygon":
        return _polygon(np.array(region.values).reshape(-1, 2))
    if region.kind == "box":
        return _box(*region.values)
    return None


def _circle(ra: float, dec: float, radius: float) -> Ranges | None:
    if radius < 0 or radius >= 180 or abs(dec) > 90:
        return None
    reach = radius + _SLACK_DEG
    return _ranges(
        nested.cone_search(
            Longitude(ra % 360, u.deg), Latitude(dec, u.deg), reach * u.deg, depth=_depth(reach)
        )
    )


def _polygon(corners: NDArray[np.float64]) -> Ranges | None:
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
    ra = math.degrees(math.atan2(centre[1], centre[0]))
    dec = math.degrees(math.asin(float(centre[2]) / length))
    inside = nested.polygon_search(
        Longitude(corners[:, 0] % 360, u.deg), Latitude(corners[:, 1], u.deg), depth=_depth(reach / 2)
    )
    found = _ranges(inside)
    # A polygon is inside the circle around its corners; if it is not, its corners were not understood.
    around = _circle(ra, dec, reach)
    return found if len(found) and (around is None or _size(found) <= _size(around)) else around


def _box(ra: float, dec: float, width: float, height: float) -> Ranges | None:
    if width < 0 or height < 0 or width >= 180:
        return None
    low, high = dec - height / 2 - _SLACK_DEG, dec + height / 2 + _SLACK_DEG
    # Between two corners a great circle bulges towards its pole.
    low, high = min(low, _bulge(low, width)), max(high, _bulge(high, width))
    low, high = max(low, -90.0), min(high, 90.0)
    side = width + 2 * _SLACK_DEG / max(math.cos(math.radians(max(abs(low), abs(high)))), 1e-6)
    if low >= high or side >= 360:
        return None
    west = (ra - side / 2) % 360
    spans = [(west, min(west + side, 360.0)), (0.0, west + side - 360)]
    depth = _depth(max(min(width, height), max(width, height) / 8) / 2)
    parts = [
        _ranges(
            nested.zone_search(
                lon_min=Longitude(start, u.deg),
                lat_min=Latitude(low, u.deg),
                lon_max=Longitude(stop, u.deg, wrap_angle=361 * u.deg),
                lat_max=Latitude(high, u.deg),
                depth=depth,
            )
        )
        for start, stop in spans
        if stop > start
    ]
    return merge(np.concatenate(parts))


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


def _size(ranges: Ranges) -> int:
    return int((ranges[:, 1] - ranges[:, 0]).sum())


def merge(ranges: Ranges) -> Ranges:
    """Sort ranges and join those that touch or overlap."""
    if len(ranges) == 0:
        return ranges.reshape(0, 2)
    ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ranges[:, 1])
    begins = np.concatenate([[True], ranges[1:, 0] > reach[:-1]])
    ends = np.concatenate([begins[1:], [True]])
    return np.stack([ranges[begins, 0], reach[ends]], axis=1)


def simplify(ranges: Ranges, most: int) -> Ranges:
    """Return at most so many ranges that hold all the given ones: the smallest gaps are closed."""
    if len(ranges) <= most:
        return ranges
    gaps = ranges[1:, 0] - ranges[:-1, 1]
    kept = np.sort(np.argsort(gaps, kind="stable")[len(gaps) - (most - 1) :])
    starts = np.concatenate([ranges[:1, 0], ranges[kept + 1, 0]])
    stops = np.concatenate([ranges[kept, 1], ranges[-1:, 1]])
    return np.stack([starts, stops], axis=1)
