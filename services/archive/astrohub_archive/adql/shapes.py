"""Shapes on the sky as conditions of engine SQL: exact at the poles and across right ascension 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

from . import spherical
from .arithmetic import brought_to
from .datatypes import Type
from .values import Box, Point, Polygon, Value, number_sql

__all__ = ["distance", "in_box", "in_polygon", "is_farther", "is_nearer"]

_CONVEX_AT_MOST = 12
_EDGE = 1e-14
"""How far outside an edge a position may lie and still be on it: radians, some nanoarcseconds."""
_BAND = 1e-9
"""By how many degrees a band in declination is wider than the shape in it."""


def distance(first: Point, second: Point) -> str:
    """Return the great-circle distance in degrees (the haversine formula, exact for small distances)."""
    return f"degrees(2 * asin(sqrt(least(1e0, {_haversine(first, second)}))))"


def is_nearer(first: Point, second: Point, radius: Value, sign: str = "<=") -> str:
    """Return the condition that two points are within a radius: sign < or <=.

    A band in declination stands before the formula: by it files, row groups and join partners are
    left out that the formula would have to look at one by one.
    """
    band = _band(first, second, radius)
    if radius.number is None:
        return f"({band} AND {distance(first, second)} {sign} {_double(radius)})"
    return f"({band} AND {_haversine(first, second)} {sign} {number_sql(_threshold(radius.number))})"


def is_farther(first: Point, second: Point, radius: Value, sign: str) -> str:
    """Return the condition that two points are apart by more than a radius: sign > or >=."""
    if radius.number is None:
        return f"({distance(first, second)} {sign} {_double(radius)})"
    return f"({_haversine(first, second)} {sign} {number_sql(_threshold(radius.number))})"


def in_box(point: Point, box: Box) -> str:
    """Return the condition that a point is in a box.

    Seen from the box's centre (projected onto the plane that touches the sphere there) the four great
    circles of ADQL 2.1, §4.2.6 are the sides of a rectangle.
    """
    lat, center = _double(point.lat), _double(box.center.lat)
    turn = f"radians({_double(point.lon)} - {_double(box.center.lon)})"
    sin_d, cos_d = f"sin(radians({lat}))", f"cos(radians({lat}))"
    sin_c, cos_c = f"sin(radians({center}))", f"cos(radians({center}))"
    ahead = f"({sin_d} * {sin_c} + {cos_d} * {cos_c} * cos({turn}))"
    east = f"({cos_d} * sin({turn}))"
    north = f"({sin_d} * {cos_c} - {cos_d} * {sin_c} * cos({turn}))"
    half_width = f"tan(radians({_double(box.width)}) / 2)"
    half_height = f"tan(radians({_double(box.height)}) / 2)"
    slack = number_sql(_EDGE)
    return (
        f"({ahead} > 0 AND abs({east}) <= {half_width} * {ahead} + {slack}"
        f" AND abs({north}) <= {half_height} * {ahead} + {slack})"
    )


def in_polygon(point: Point, polygon: Polygon) -> str:
    """Return the condition that a point is in a polygon whose vertices are numbers.

    A small convex one is the common part of half spheres. For any other one it is counted how many
    edges lie to one side of the point, as seen from the polygon's middle: an odd number puts it inside.
    """
    vertices = [spherical.unit_vector(*vertex) for vertex in polygon.vertices]
    middle = spherical.middle(vertices)
    assert middle is not None  # POLYGON has been refused otherwise
    position = _Position(point)
    tests = [_latitudes(point, vertices, middle), f"{position.along(middle)} > 0"]
    side = spherical.is_convex(vertices) if len(vertices) <= _CONVEX_AT_MOST else 0
    edges = list(zip(vertices, [*vertices[1:], vertices[0]], strict=True))
    if side:
        slack = number_sql(-_EDGE)
        for start, end in edges:
            x, y, z = spherical.cross(start, end)
            tests.append(f"{position.along((side * x, side * y, side * z))} >= {slack}")
    else:
        tests.append(f"({' + '.join(_crossings(position, edges, middle))}) % 2 = 1")
    return f"({' AND '.join(tests)})"


def _crossings(
    position: _Position, edges: Sequence[tuple[spherical.Vector, spherical.Vector]], middle: spherical.Vector
) -> list[str]:
    """Return for each edge 1 if it crosses the ray eastward from the position, else 0.

    With heights h = (v·north)/(v·middle), an edge spans the position's height if the position is above
    one end and not above the other; it is to the east if the position is on its western side.
    """
    east, north = spherical.tangent_plane(middle)
    del east
    written = []
    for start, end in edges:
        ends = [_height_plane(vertex, north, middle) for vertex in (start, end)]
        spans = f"({position.along(ends[0])} > 0) <> ({position.along(ends[1])} > 0)"
        rises = spherical.dot(end, north) / spherical.dot(end, middle) > (
            spherical.dot(start, north) / spherical.dot(start, middle)
        )
        x, y, z = spherical.cross(start, end)
        facing = 1 if rises else -1
        west = f"{position.along((facing * x, facing * y, facing * z))} > 0"
        written.append(f"CAST(({spans}) AND {west} AS INTEGER)")
    return written


def _height_plane(
    vertex: spherical.Vector, north: spherical.Vector, middle: spherical.Vector
) -> spherical.Vector:
    height = spherical.dot(vertex, north) / spherical.dot(vertex, middle)
    return (north[0] - height * middle[0], north[1] - height * middle[1], north[2] - height * middle[2])


class _Position:
    """A point's direction as three expressions, for products with directions that are numbers."""

    def __init__(self, point: Point) -> None:
        lon, lat = f"radians({_double(point.lon)})", f"radians({_double(point.lat)})"
        self._axes = (f"cos({lat}) * cos({lon})", f"cos({lat}) * sin({lon})", f"sin({lat})")

    def along(self, direction: spherical.Vector) -> str:
        terms = [f"{number_sql(k)} * {axis}" for k, axis in zip(direction, self._axes, strict=True)]
        return f"({' + '.join(terms)})"


def _latitudes(point: Point, vertices: Sequence[spherical.Vector], middle: spherical.Vector) -> str:
    """Return the condition that a point is in the band of declination around a polygon."""
    radius = max(spherical.separation(middle, vertex) for vertex in vertices)
    _, lat = spherical.degrees_of(middle)
    low, high = number_sql(lat - radius - _BAND), number_sql(lat + radius + _BAND)
    return f"{_double(point.lat)} BETWEEN {low} AND {high}"


def _band(first: Point, second: Point, radius: Value) -> str:
    known, other = (second, first) if second.lat.number is not None else (first, second)
    if known.lat.number is not None and radius.number is not None:
        low = number_sql(known.lat.number - radius.number - _BAND)
        high = number_sql(known.lat.number + radius.number + _BAND)
        return f"{_double(other.lat)} BETWEEN {low} AND {high}"
    wide = f"({_double(radius)} + {number_sql(_BAND)})"
    center = _double(second.lat)
    return f"{_double(first.lat)} BETWEEN ({center} - {wide}) AND ({center} + {wide})"


def _haversine(first: Point, second: Point) -> str:
    lat1, lat2 = _double(first.lat), _double(second.lat)
    return (
        f"(pow(sin(radians({lat1} - {lat2}) / 2), 2) + cos(radians({lat1})) * cos(radians({lat2}))"
        f" * pow(sin(radians({_double(first.lon)} - {_double(second.lon)}) / 2), 2))"
    )


def _threshold(radius: float) -> float:
    """Return what the haversine is at a radius; beyond 180 degrees everything is near."""
    return math.sin(math.radians(radius) / 2) ** 2 if radius < 180 else 2.0


def _double(value: Value) -> str:
    if value.number is not None:
        return number_sql(value.number)
    return brought_to(value, Type.DOUBLE).sql
