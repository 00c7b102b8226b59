"""Shapes on the sky as conditions of engine SQL: exact at the poles and across right ascension 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from . import spherical
from .arithmetic import brought_to
from .datatypes import Type
from .values import Box, Outline, Point, Polygon, Shape, Value, number_sql

__all__ = ["distance", "double", "in_box", "in_polygon", "is_farther", "is_nearer", "numbers_of"]

_V = TypeVar("_V")
_CONVEX_AT_MOST = 12
_EDGE = 1e-14
"""How far outside an edge a position may lie and still be on it: radians, some nanoarcseconds."""
_BAND = 1e-9
"""By how many degrees a band in declination is wider than the shape in it."""


def distance(first: Point, second: Point) -> str:
    """Return the great-circle distance in degrees (the haversine formula, exact for small distances)."""
    haversine = _haversine(first, second)
    # Not least(): the engine's passes over NULL. To it NaN is above every number. A distance to nowhere
    # would be 180 degrees.
    return f"degrees(2 * asin(sqrt(CASE WHEN {haversine} BETWEEN 1e0 AND 2e0 THEN 1e0 ELSE {haversine} END)))"


def is_nearer(first: Point, second: Point, radius: Value, sign: str = "<=") -> str:
    """Return the condition that two points are within a radius: sign < or <=.

    A band in declination stands before the formula: by it files, row groups and join partners are
    left out that the formula would have to look at one by one.
    """
    band = _band(first, second, radius)
    if radius.number is None:
        return f"({band} AND {distance(first, second)} {sign} {double(radius)})"
    return f"({band} AND {_haversine(first, second)} {sign} {number_sql(_threshold(radius.number))})"


def is_farther(first: Point, second: Point, radius: Value, sign: str) -> str:
    """Return the condition that two points are apart by more than a radius: sign > or >=."""
    if radius.number is None:
        return f"({distance(first, second)} {sign} {double(radius)})"
    return f"({_haversine(first, second)} {sign} {number_sql(_threshold(radius.number))})"


def in_box(point: Point, box: Box) -> str:
    """Return the condition that a point is in a box.

    Seen from the box's centre (projected onto the plane that touches the sphere there) the four great
    circles of ADQL 2.1, §4.2.6 are the sides of a rectangle. NaN, which is above every number to the
    engine, is not ahead.
    """
    lat, center = double(point.lat), double(box.center.lat)
    turn = f"radians({double(point.lon)} - {double(box.center.lon)})"
    sin_d, cos_d = f"sin(radians({lat}))", f"cos(radians({lat}))"
    sin_c, cos_c = f"sin(radians({center}))", f"cos(radians({center}))"
    ahead = f"({sin_d} * {sin_c} + {cos_d} * {cos_c} * cos({turn}))"
    east = f"({cos_d} * sin({turn}))"
    north = f"({sin_d} * {cos_c} - {cos_d} * {sin_c} * cos({turn}))"
    half_width = f"tan(radians({double(box.width)}) / 2)"
    half_height = f"tan(radians({double(box.height)}) / 2)"
    slack = number_sql(_EDGE)
    return (
        f"({ahead} BETWEEN 0e0 AND 2e0 AND abs({east}) <= {half_width} * {ahead} + {slack}"
        f" AND abs({north}) <= {half_height} * {ahead} + {slack})"
    )


def in_polygon(point: Point, polygon: Polygon) -> str:
    """Return the condition that a point is in a polygon whose vertices are numbers.

    A small convex one is the common part of half spheres, its edges included. For any other one it is
    counted how many edges lie due south of the point: an odd number puts it inside, an even one if the
    south pole is inside.
    """
    vertices = [spherical.unit_vector(*vertex) for vertex in polygon.vertices]
    middle = spherical.middle(vertices)
    assert middle is not None  # POLYGON has been refused otherwise
    band = _latitudes(point, vertices, middle)
    side = spherical.is_convex(vertices) if len(vertices) <= _CONVEX_AT_MOST else 0
    if not side:
        turn = sum(spherical.eastward(start, end) for start, end in _edges(polygon.vertices))
        is_south_inside = abs(turn) > 180 and middle[2] < 0
        south = " + ".join(_edges_to_the_south(point, polygon))
        # A longitude that is NaN is beyond every number to the engine, and nowhere to astronomers.
        is_somewhere = f"{double(point.lon)} < 1e300"
        return f"({band} AND {is_somewhere} AND ({south}) % 2 = {0 if is_south_inside else 1})"
    position = _Position(point)
    tests = [band, f"{position.along(middle)} BETWEEN 0e0 AND 2e0"]
    for start, end in _edges(vertices):
        x, y, z = spherical.cross(start, end)
        tests.append(f"{position.along((side * x, side * y, side * z))} >= {number_sql(-_EDGE)}")
    return f"({' AND '.join(tests)})"


def _edges_to_the_south(point: Point, polygon: Polygon) -> list[str]:
    """Return for each edge 1 if it lies due south of the point, else 0.

    The latitude of a great circle with normal n is, at a longitude a, that with the tangent
    -(n.x cos a + n.y sin a) / n.z. It is computed only for points whose meridian meets the edge.
    """
    lon, lat = double(point.lon), double(point.lat)
    written = []
    for start, end in _edges(polygon.vertices):
        span = spherical.eastward(start, end)
        if span == 0:
            continue
        west = start if span > 0 else end
        x, y, z = spherical.cross(
            *(spherical.unit_vector(*p) for p in ((start, end) if span > 0 else (end, start)))
        )
        if z <= 0:  # an edge through a pole: it follows meridians
            continue
        turned = f"({lon} - {number_sql(west[0])})"
        meets = f"({turned} - 360 * floor({turned} / 360)) < {number_sql(abs(span))}"
        height = f"{number_sql(-x / z)} * cos(radians({lon})) + {number_sql(-y / z)} * sin(radians({lon}))"
        written.append(f"CASE WHEN {meets} THEN CAST(tan(radians({lat})) >= {height} AS INTEGER) ELSE 0 END")
    return written or ["0"]


def _edges(vertices: Sequence[_V]) -> list[tuple[_V, _V]]:
    return list(zip(vertices, [*vertices[1:], vertices[0]], strict=True))


class _Position:
    """A point's direction as three expressions, for products with directions that are numbers."""

    def __init__(self, point: Point) -> None:
        lon, lat = f"radians({double(point.lon)})", f"radians({double(point.lat)})"
        self._axes = (f"cos({lat}) * cos({lon})", f"cos({lat}) * sin({lon})", f"sin({lat})")

    def along(self, direction: spherical.Vector) -> str:
        terms = [f"{number_sql(k)} * {axis}" for k, axis in zip(direction, self._axes, strict=True)]
        return f"({' + '.join(terms)})"


def _latitudes(point: Point, vertices: Sequence[spherical.Vector], middle: spherical.Vector) -> str:
    """Return the condition that a point is in the band of declination around a polygon."""
    radius = max(spherical.separation(middle, vertex) for vertex in vertices)
    _, lat = spherical.degrees_of(middle)
    low, high = number_sql(lat - radius - _BAND), number_sql(lat + radius + _BAND)
    return f"{double(point.lat)} BETWEEN {low} AND {high}"


def _band(first: Point, second: Point, radius: Value) -> str:
    known, other = (second, first) if second.lat.number is not None else (first, second)
    if known.lat.number is not None and radius.number is not None:
        low = number_sql(known.lat.number - radius.number - _BAND)
        high = number_sql(known.lat.number + radius.number + _BAND)
        return f"{double(other.lat)} BETWEEN {low} AND {high}"
    wide = f"({double(radius)} + {number_sql(_BAND)})"
    center = double(second.lat)
    return f"{double(first.lat)} BETWEEN ({center} - {wide}) AND ({center} + {wide})"


def _haversine(first: Point, second: Point) -> str:
    lat1, lat2 = double(first.lat), double(second.lat)
    return (
        f"(pow(sin(radians({lat1} - {lat2}) / 2), 2) + cos(radians({lat1})) * cos(radians({lat2}))"
        f" * pow(sin(radians({double(first.lon)} - {double(second.lon)}) / 2), 2))"
    )


def _threshold(radius: float) -> float:
    """Return what the haversine is at a radius; beyond 180 degrees everything is near."""
    return math.sin(math.radians(radius) / 2) ** 2 if radius < 180 else 2.0


def numbers_of(shape: Shape) -> str:
    """Return the numbers of a shape as engine SQL of a list, by which `outlines` knows it."""
    if isinstance(shape, Outline):
        return shape.numbers.sql
    if isinstance(shape, Polygon):
        numbers = [number_sql(number) for vertex in shape.vertices for number in vertex]
    else:
        numbers = [double(part) for part in shape.parts]
    return f"[{', '.join(numbers)}]"


def double(value: Value) -> str:
    """Return a number as engine SQL of a double."""
    if value.number is not None:
        return number_sql(value.number)
    return brought_to(value, Type.DOUBLE).sql
