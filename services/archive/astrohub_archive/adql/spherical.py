"""Shapes on the unit sphere that are known as numbers: polygons, their insides, areas and centres."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..models import Region

__all__ = [
    "Vector",
    "area",
    "box_corners",
    "centroid",
    "cross",
    "degrees_of",
    "dot",
    "eastward",
    "is_convex",
    "middle",
    "separation",
    "unit_vector",
    "widened",
]

Vector = tuple[float, float, float]


def unit_vector(lon: float, lat: float) -> Vector:
    """Return the direction of a position in degrees."""
    a, d = math.radians(lon), math.radians(lat)
    return (math.cos(d) * math.cos(a), math.cos(d) * math.sin(a), math.sin(d))


def degrees_of(vector: Vector) -> tuple[float, float]:
    """Return longitude (0 to 360) and latitude of a direction, in degrees."""
    x, y, z = vector
    return math.degrees(math.atan2(y, x)) % 360.0, math.degrees(math.atan2(z, math.hypot(x, y)))


def separation(first: Vector, second: Vector) -> float:
    """Return the angle between two directions, in degrees."""
    return math.degrees(math.atan2(_length(cross(first, second)), dot(first, second)))


def middle(vertices: Sequence[Vector]) -> Vector | None:
    """Return a direction from which all vertices are less than 90° away, if the vertices' mean is one."""
    total = (sum(v[0] for v in vertices), sum(v[1] for v in vertices), sum(v[2] for v in vertices))
    if _length(total) < 1e-9:
        return None
    center = _scaled(total)
    return center if all(dot(center, v) > 1e-6 for v in vertices) else None


def eastward(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return by how many degrees of longitude one gets east from one position to another: -180 to 180."""
    return (end[0] - start[0] + 180.0) % 360.0 - 180.0


def is_convex(vertices: Sequence[Vector]) -> int:
    """Return 1 or -1, the side of its edges on which the inside lies, if a polygon is convex; else 0.

    Every vertex is looked at from every edge: meant for polygons of few vertices.
    """
    count = len(vertices)
    sides = set()
    for i in range(count):
        edge = cross(vertices[i], vertices[(i + 1) % count])
        seen = [dot(edge, vertices[j]) for j in range(count) if j not in (i, (i + 1) % count)]
        sides |= {math.copysign(1, side) for side in seen if abs(side) > 1e-15}
    return int(sides.pop()) if len(sides) == 1 else 0


def area(vertices: Sequence[Vector]) -> float:
    """Return the area that a polygon without crossings encloses, in square degrees."""
    first = vertices[0]
    total = sum(_triangle(first, vertices[i], vertices[i + 1]) for i in range(1, len(vertices) - 1))
    return abs(total) * math.degrees(1.0) ** 2


def centroid(vertices: Sequence[Vector]) -> Vector | None:
    """Return the centre of gravity of a polygon's inside, if it has an inside."""
    total = [0.0, 0.0, 0.0]
    for start, end in zip(vertices, [*vertices[1:], vertices[0]], strict=True):
        normal = cross(start, end)
        length = _length(normal)
        if length > 0:
            angle = math.atan2(length, dot(start, end))
            for axis in range(3):
                total[axis] += normal[axis] / length * angle
    found = (total[0], total[1], total[2])
    if _length(found) < 1e-18:
        return None
    center = _scaled(found)
    nearest = middle(vertices)
    return center if nearest is None or dot(center, nearest) > 0 else (-center[0], -center[1], -center[2])


def box_corners(lon: float, lat: float, width: float, height: float) -> tuple[tuple[float, float], ...]:
    """Return the four corners of a box, in degrees."""
    center = unit_vector(lon, lat)
    a = math.radians(lon)
    east = (-math.sin(a), math.cos(a), 0.0)
    north = cross(center, east)
    x, y = math.tan(math.radians(width / 2)), math.tan(math.radians(height / 2))
    corners = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        corner = tuple(center[i] + sx * x * east[i] + sy * y * north[i] for i in range(3))
        corners.append(degrees_of((corner[0], corner[1], corner[2])))
    return tuple(corners)


def widened(region: Region, radius: float) -> Region | None:
    """Return a circle that holds everything within a radius (degrees) of a circle or polygon."""
    if region.kind == "circle":
        lon, lat, around = region.values
        return Region("circle", (lon, lat, around + radius))
    vertices = [unit_vector(*pair) for pair in zip(region.values[::2], region.values[1::2], strict=True)]
    center = middle(vertices)
    if center is None:
        return None
    around = max(separation(center, vertex) for vertex in vertices)
    return Region("circle", (*degrees_of(center), around + radius + 1e-9))


def _triangle(a: Vector, b: Vector, c: Vector) -> float:
    """Return the signed solid angle of a triangle (Van Oosterom & Strackee 1983)."""
    triple = dot(a, cross(b, c))
    return 2 * math.atan2(triple, 1 + dot(a, b) + dot(b, c) + dot(c, a))


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _length(a: Vector) -> float:
    return math.sqrt(dot(a, a))


def _scaled(a: Vector) -> Vector:
    length = _length(a)
    return (a[0] / length, a[1] / length, a[2] / length)
