"""What the planner may conclude from a shape: the part of the sky that a scan's rows must come from."""

from __future__ import annotations

from ..models import Region
from . import spherical
from .scans import Scans
from .values import Box, Point, Polygon, Restriction, Value

__all__ = ["in_box", "in_polygon", "near"]


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
