"""What the planner may conclude from a shape: the part of the sky that a scan's rows must come from."""

from __future__ import annotations

import math

from ..models import Region
from . import spherical
from .scans import Scans
from .values import Box, Circle, Point, Polygon, Restriction, Shape, Value

__all__ = ["in_box", "in_polygon", "near", "overlapping", "reach", "surroundings", "vertices"]

_SLACK = 1e-9
"""Degrees, wider than any rounding."""


def near(first: Point, second: Point, radius: Value, scans: Scans) -> tuple[Restriction, ...]:
    """Return what follows from two points being within a radius of each other."""
    if radius.number is None:
        return ()
    for row, fixed in ((first, second), (second, first)):
        if (scan := _scan_of(row, scans)) is not None and (place := _place(fixed)) is not None:
            region = Region("circle", (*place, min(radius.number, 180.0)))
            return (Restriction(scan, region=region),)
    return ()


def in_box(point: Point, box: Box, scans: Scans) -> tuple[Restriction, ...]:
    """Return what follows from a point being in a box: it is in the polygon of the box's corners."""
    scan, place = _scan_of(point, scans), _place(box.center)
    if scan is None or place is None or not box.width.number or not box.height.number:
        return ()
    corners = spherical.box_corners(*place, box.width.number, box.height.number)
    return (Restriction(scan, region=Region("polygon", _flat(corners))),)


def in_polygon(point: Point, polygon: Polygon, scans: Scans) -> tuple[Restriction, ...]:
    """Return what follows from a point being in a polygon."""
    scan = _scan_of(point, scans)
    if scan is None:
        return ()
    return (Restriction(scan, region=Region("polygon", _flat(polygon.vertices))),)


def overlapping(first: Shape, second: Shape, scans: Scans) -> tuple[Restriction, ...]:
    """Return what follows from two shapes having a position in common."""
    for one, other in ((first, second), (second, first)):
        center = one.center if isinstance(one, (Circle, Box)) else one
        if not isinstance(center, Point) or (scan := _scan_of(center, scans)) is None:
            continue
        extent, around = reach(one), surroundings(other)
        if extent is not None and around is not None:
            lon, lat, radius = around
            return (Restriction(scan, region=Region("circle", (lon, lat, min(radius + extent, 180.0)))),)
    return ()


def surroundings(shape: Shape) -> tuple[float, float, float] | None:
    """Return a circle (degrees) that holds a shape, if that is known from the text."""
    if isinstance(shape, (Point, Circle, Box)):
        center = shape if isinstance(shape, Point) else shape.center
        place, extent = _place(center), reach(shape)
        return None if place is None or extent is None else (*place, extent + _SLACK)
    if not isinstance(shape, Polygon):
        return None
    around = spherical.widened(Region("polygon", _flat(shape.vertices)), _SLACK)
    return None if around is None else (around.values[0], around.values[1], around.values[2])


def vertices(shape: Shape) -> tuple[tuple[float, float], ...] | None:
    """Return the vertices (degrees) of a box or polygon, if they are known from the text."""
    if isinstance(shape, Polygon):
        return shape.vertices
    if not isinstance(shape, Box) or (place := _place(shape.center)) is None:
        return None
    if shape.width.number is None or shape.height.number is None:
        return None
    return spherical.box_corners(*place, shape.width.number, shape.height.number)


def reach(shape: Shape) -> float | None:
    """Return how far a shape reaches from its centre, in degrees, if that is known from the text."""
    if isinstance(shape, Point):
        return 0.0
    if isinstance(shape, Circle):
        return shape.radius.number
    if not isinstance(shape, Box) or shape.width.number is None or shape.height.number is None:
        return None
    halves = (math.tan(math.radians(size / 2)) for size in (shape.width.number, shape.height.number))
    return math.degrees(math.atan(math.hypot(*halves)))


def _scan_of(point: Point, scans: Scans) -> int | None:
    """Return the scan whose position a point is, if it is one's."""
    if point.lon.read is None or not scans.is_position(point.lon.read, point.lat.read):
        return None
    return point.lon.read.scan


def _place(point: Point) -> tuple[float, float] | None:
    if point.lon.number is None or point.lat.number is None:
        return None
    return point.lon.number % 360.0, point.lat.number


def _flat(vertices: tuple[tuple[float, float], ...]) -> tuple[float, ...]:
    return tuple(number for vertex in vertices for number in vertex)
