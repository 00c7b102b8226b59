"""Geometry by numpy, on other ways than the archive's: rotation matrices, projections, vertex angles."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["clear_of", "in_box", "in_polygon", "polygon_area", "separations", "vectors"]

_MARGIN = 1e-8


def vectors(positions: np.ndarray) -> np.ndarray:
    """Return unit vectors of positions in degrees; those of nowhere are NaN."""
    lon, lat = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def separations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return all angles between two lists of positions, in degrees, by the lengths of chords."""
    chords = np.linalg.norm(vectors(first)[:, None, :] - vectors(second)[None, :, :], axis=2)
    return np.asarray(np.degrees(2 * np.arcsin(np.clip(chords / 2, 0, 1))))


def clear_of(distances: np.ndarray, radius: float) -> bool:
    """Say whether no distance is so near to a radius that rounding decides."""
    return bool(np.nanmin(np.abs(distances - radius), initial=1.0) > _MARGIN)


def in_box(positions: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray | None:
    """Return which positions are in a box: turned so that its centre is at (0, 0), by two angles.

    None when a position is so near to a side that rounding decides.
    """
    lon, lat, width, height = box
    a, d = math.radians(lon), math.radians(lat)
    turn = np.array([[math.cos(a), math.sin(a), 0], [-math.sin(a), math.cos(a), 0], [0, 0, 1]])
    tilt = np.array([[math.cos(d), 0, math.sin(d)], [0, 1, 0], [-math.sin(d), 0, math.cos(d)]])
    x, y, z = (tilt @ turn @ vectors(positions).T).astype(float)
    across = np.degrees(np.abs(np.arctan2(y, x)))
    along = np.degrees(np.abs(np.arctan2(z, x)))
    if not (clear_of(across, width / 2) and clear_of(along, height / 2)):
        return None
    return np.asarray((x > 0) & (across <= width / 2) & (along <= height / 2))


def in_polygon(positions: np.ndarray, corners: np.ndarray) -> np.ndarray | None:
    """Return which positions are in a polygon, by the angles under which they see its sides, on a plane.

    Great circles are straight lines on the plane that touches the sphere in the middle of the corners.
    None when a position is so near to a side that rounding decides.
    """
    middle = vectors(corners).sum(axis=0)
    middle /= np.linalg.norm(middle)
    flat, front = _projected(vectors(positions), middle)
    sides, _ = _projected(vectors(corners), middle)
    turned = np.zeros(len(positions))
    for start, end in zip(sides, np.roll(sides, -1, axis=0), strict=True):
        a, b = start - flat, end - flat
        cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        along = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1]
        with np.errstate(invalid="ignore"):
            apart = np.abs(cross) / np.linalg.norm(end - start)
        if np.any(front & (apart < 1e-9) & (along < 1e-9)):
            return None
        turned += np.arctan2(cross, along)
    return np.asarray(front & (np.abs(turned) > math.pi))


def polygon_area(corners: np.ndarray) -> float:
    """Return the area of a convex polygon in square degrees, by the angles at its corners (Girard)."""
    points = vectors(corners)
    count = len(points)
    excess = -(count - 2) * math.pi
    for n in range(count):
        before, here, after = points[n - 1], points[n], points[(n + 1) % count]
        one, other = np.cross(here, before), np.cross(here, after)
        excess += math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other))
    return excess * math.degrees(1) ** 2


def _projected(points: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points on the plane that touches the sphere in `middle`, and which are before it."""
    east = np.cross([0, 0, 1] if abs(middle[2]) < 0.9 else [1, 0, 0], middle)
    east /= np.linalg.norm(east)
    north = np.cross(middle, east)
    ahead = points @ middle
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([points @ east / ahead, points @ north / ahead], axis=1), ahead > 0
