"""What is asked of shapes: CONTAINS, INTERSECTS, DISTANCE, AREA, COORD1 and the like (ADQL 2.1, §4.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from . import constructors, measures, outlines, overlaps, regions, shapes, spherical
from .arithmetic import brought_to
from .comparisons import MIRRORED
from .constructors import arguments_of, as_point, as_shape, point_of
from .datatypes import Type
from .distant import is_distant
from .scans import Scans
from .shapes import double
from .values import (
    Beside,
    Box,
    Circle,
    Containment,
    Expression,
    Meaning,
    Near,
    Outline,
    Point,
    Polygon,
    Separation,
    Shape,
    Value,
    combined,
    number_sql,
    text_sql,
)
from .writer import Writer

__all__ = ["GEOMETRY", "compared"]

_DISTANCE = Meaning(unit="deg", ucd="pos.angDistance", datatype="double")
_AREA = Meaning(unit="deg**2", ucd="phys.angArea", datatype="double")
_AT_ONE_PLACE = Value(number_sql(outlines.TOUCHING), Type.DOUBLE, constant=outlines.TOUCHING)
_SQUARE_DEGREES = number_sql(math.degrees(1.0) ** 2)


def compared(sign: str, left: Value, right: Value, scans: Scans) -> Value | None:
    """Write a comparison of what CONTAINS, INTERSECTS or DISTANCE returns; None if there is no short way."""
    if left.relation is None and right.relation is not None:
        sign, left, right = MIRRORED[sign], right, left
    relation = left.relation
    truth = _truth(left, right)
    if isinstance(relation, Containment) and truth is not None and sign in ("=", "<>"):
        wanted = (sign == "=") == truth
        sql = relation.condition if wanted else f"(NOT {relation.condition})"
        return replace(
            combined((left, right), sql, Type.BOOLEAN),
            restrictions=relation.restrictions if wanted else (),
            pairings=relation.pairings if wanted else (),
            whole=relation.whole if wanted else None,
        )
    is_near = isinstance(relation, Separation) and right.type.is_number and sign not in ("=", "<>")
    if not is_near or not isinstance(relation, Separation) or (right.number is not None and right.number < 0):
        return None
    first, second = relation.first, relation.second
    if sign in (">", ">="):
        return combined((left, right), shapes.is_farther(first, second, right, sign), Type.BOOLEAN)
    near = combined((left, right), shapes.is_nearer(first, second, right, sign), Type.BOOLEAN)
    found = regions.near(first, second, right, scans)
    return replace(near, restrictions=found, pairings=_pairings(first, second, right), whole=sign)


def _truth(left: Value, right: Value) -> bool | None:
    """Return which answer a relation is compared with: 1 or 0; one of q3c's with TRUE or 't' as well."""
    if right.constant in (0, 1):
        return right.constant == 1
    if left.type is not Type.BOOLEAN:
        return None
    said = right.constant if right.type is Type.TEXT else right.sql if right.type is Type.BOOLEAN else None
    return {"t": True, "true": True, "f": False, "false": False}.get(str(said).lower())


def _distance(writer: Writer, name: str, node: exp.Anonymous) -> Value:
    arguments = node.expressions
    if len(arguments) == 4:
        first, second = point_of(writer, *arguments[:2]), point_of(writer, *arguments[2:])
    elif len(arguments) == 2:
        first, second = (as_point(writer, argument, name) for argument in arguments)
    else:
        raise writer.fault(node, "DISTANCE takes two POINTs or four numbers")
    value = combined((*first.parts, *second.parts), shapes.distance(first, second), Type.DOUBLE, _DISTANCE)
    return replace(value, relation=Separation(first, second))


def _contains(writer: Writer, name: str, node: exp.Anonymous) -> Value:
    inner, outer = _two_shapes(writer, name, node)
    if isinstance(outer, Point):
        raise writer.fault(node, "CONTAINS takes the POINT first and the region around it second")
    if isinstance(inner, Point) and not isinstance(outer, Outline):
        return _containment(writer, inner, outer)
    if isinstance(inner, Circle) and isinstance(outer, Circle):
        between, radius = shapes.distance(inner.center, outer.center), double(outer.radius)
        condition = f"({radius} >= 180 OR {between} + {double(inner.radius)} <= {radius})"
        return _flag(inner, outer, Containment(condition, regions.overlapping(inner, outer, writer.scans)))
    return _related(writer, inner, outer, overlaps.is_within)


def _intersects(writer: Writer, name: str, node: exp.Anonymous) -> Value:
    first, second = _two_shapes(writer, name, node)
    if isinstance(second, Point):
        first, second = second, first
    if isinstance(first, Point) and not isinstance(second, (Point, Outline)):
        return _containment(writer, first, second)
    if isinstance(first, Point) and isinstance(second, Point):
        return _flag(first, second, Containment(shapes.is_nearer(first, second, _AT_ONE_PLACE)))
    if isinstance(first, Circle) and isinstance(second, Circle):
        reach = _sum(first.radius, second.radius)
        condition = shapes.is_nearer(first.center, second.center, reach)
        found = regions.near(first.center, second.center, reach, writer.scans)
        pairings = _pairings(first.center, second.center, reach)
        return _flag(first, second, Containment(condition, found, pairings))
    return _related(writer, first, second, overlaps.overlap)


def _related(
    writer: Writer, first: Shape, second: Shape, write: Callable[[overlaps.Side, overlaps.Side], str]
) -> Value:
    """Write what holds between two regions of any kind; rows far from a known one are told first."""
    condition = write(_side(first), _side(second))
    for shape, other in ((first, second), (second, first)):
        if isinstance(shape, Outline) and (around := regions.surroundings(other)) is not None:
            distant = outlines.bound("geo_n", shape.numbers.sql, is_distant("geo_n", *around))
            condition = f"CASE WHEN {distant} THEN FALSE ELSE {condition} END"
    found = regions.overlapping(first, second, writer.scans)
    return _flag(first, second, Containment(f"({condition})", found, (Beside(first, second),)))


def _side(shape: Shape) -> overlaps.Side:
    """Return a region for a comparison."""
    if isinstance(shape, Point):
        return overlaps.Disc(double(shape.lon), double(shape.lat), "0e0")
    if isinstance(shape, Circle):
        return overlaps.Disc(double(shape.center.lon), double(shape.center.lat), double(shape.radius))
    if (known := regions.vertices(shape)) is not None:
        return outlines.known_outline(known)
    return outlines.outline(shapes.numbers_of(shape))


def _containment(writer: Writer, point: Point, outer: Circle | Box | Polygon) -> Value:
    scans = writer.scans
    if isinstance(outer, Circle):
        condition = shapes.is_nearer(point, outer.center, outer.radius)
        found = regions.near(point, outer.center, outer.radius, scans)
        pairings = _pairings(point, outer.center, outer.radius)
        return _flag(point, outer, Containment(condition, found, pairings, whole="<="))
    if isinstance(outer, Box):
        condition, found = shapes.in_box(point, outer), regions.in_box(point, outer, scans)
    else:
        condition, found = shapes.in_polygon(point, outer), regions.in_polygon(point, outer, scans)
    return _flag(point, outer, Containment(condition, found))


def _pairings(first: Point, second: Point, radius: Value) -> tuple[Near, ...]:
    """Return what follows from two points being within a radius of each other, if it is a number."""
    return () if radius.number is None else (Near(first, second, radius.number),)


def _two_shapes(writer: Writer, name: str, node: exp.Anonymous) -> tuple[Shape, Shape]:
    first, second = arguments_of(writer, name, node, 2)
    return as_shape(writer, first, name), as_shape(writer, second, name)


def _area(writer: Writer, name: str, node: exp.Anonymous) -> Value:
    (argument,) = arguments_of(writer, name, node, 1)
    shape = as_shape(writer, argument, name)
    if isinstance(shape, Point):
        sql = "0e0"
    elif isinstance(shape, Circle):
        radius = double(shape.radius)
        half = f"sin(radians(CASE WHEN {radius} > 180e0 THEN 180e0 ELSE {radius} END) / 2)"
        sql = f"(4 * pi() * {half} * {half} * {_SQUARE_DEGREES})"
    elif isinstance(shape, Box):
        sides = f"sin(radians({double(shape.width)}) / 2) * sin(radians({double(shape.height)}) / 2)"
        sql = f"(4 * asin({sides}) * {_SQUARE_DEGREES})"
    elif isinstance(shape, Outline):
        sql = measures.area(shape.numbers.sql)
    else:
        sql = number_sql(spherical.area([spherical.unit_vector(*v) for v in shape.vertices]))
    return combined(shape.parts, sql, Type.DOUBLE, _AREA)


def _coord(writer: Writer, name: str, node: exp.Anonymous) -> Value:
    (argument,) = arguments_of(writer, name, node, 1)
    point = as_point(writer, argument, name)
    return brought_to(point.lon if name == "COORD1" else point.lat, Type.DOUBLE)


def _coordsys(writer: Writer, name: str, node: exp.Anonymous) -> Value:
    (argument,) = arguments_of(writer, name, node, 1)
    return combined(as_shape(writer, argument, name).parts, text_sql("ICRS"), Type.TEXT)


def _sum(first: Value, second: Value) -> Value:
    if first.number is not None and second.number is not None:
        total = first.number + second.number
        return Value(number_sql(total), Type.DOUBLE, constant=total)
    return combined((first, second), f"({double(first)} + {double(second)})", Type.DOUBLE)


def _flag(first: Shape, second: Shape, relation: Containment) -> Value:
    """Return what CONTAINS and INTERSECTS return: 1 or 0."""
    sql = f"CAST({relation.condition} AS INTEGER)"
    value = combined((*first.parts, *second.parts), sql, Type.INT, Meaning(datatype="int"))
    return replace(value, relation=relation)


GEOMETRY: dict[str, Callable[[Writer, str, exp.Anonymous], Expression]] = {
    "AREA": _area,
    "BOX": constructors.box,
    "CENTROID": constructors.centroid,
    "CIRCLE": constructors.circle,
    "CONTAINS": _contains,
    "COORD1": _coord,
    "COORD2": _coord,
    "COORDSYS": _coordsys,
    "DISTANCE": _distance,
    "INTERSECTS": _intersects,
    "POINT": constructors.point,
    "POLYGON": constructors.polygon,
    "REGION": constructors.region,
}
"""What writes each function over shapes."""
