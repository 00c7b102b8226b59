"""Shapes from their functions: POINT, CIRCLE, BOX, POLYGON and CENTROID (ADQL 2.1, §4.2)."""

from __future__ import annotations

import math

from sqlglot import exp

from . import spherical
from .datatypes import Type
from .shapes import double
from .values import (
    Box,
    Circle,
    Expression,
    Meaning,
    Point,
    Polygon,
    Shape,
    Value,
    combined,
    number_sql,
)
from .writer import Writer

__all__ = [
    "MAXIMUM_VERTICES",
    "arguments_of",
    "as_array",
    "as_point",
    "as_shape",
    "box",
    "centroid",
    "circle",
    "point",
    "point_of",
    "polygon",
]

MAXIMUM_VERTICES = 100
_FRAMES = ("", "ICRS", "UNKNOWNFRAME")


def point(writer: Writer, name: str, node: exp.Anonymous) -> Point:
    """Write POINT."""
    arguments = _without_frame(writer, node)
    if len(arguments) != 2:
        raise writer.fault(node, f"POINT takes 2 numbers, not {len(arguments)}")
    return point_of(writer, *arguments)


def circle(writer: Writer, name: str, node: exp.Anonymous) -> Circle:
    """Write CIRCLE."""
    center, (radius,) = _around(writer, name, node, 1)
    value = writer.number(radius, "The radius of a CIRCLE")
    if value.number is not None and value.number < 0:
        raise writer.fault(radius, "The radius of a CIRCLE must not be negative")
    return Circle(center, value)


def box(writer: Writer, name: str, node: exp.Anonymous) -> Box:
    """Write BOX."""
    center, sizes = _around(writer, name, node, 2)
    values = []
    for size in sizes:
        value = writer.number(size, "The size of a BOX")
        if value.number is not None and not 0 <= value.number < 180:
            tip = "for a range of coordinates write ra BETWEEN … AND …"
            raise writer.fault(size, f"The sizes of a BOX lie between 0 and 180 degrees; {tip}")
        values.append(value)
    return Box(center, values[0], values[1])


def polygon(writer: Writer, name: str, node: exp.Anonymous) -> Polygon:
    """Write POLYGON: three or more vertices, all given as points or all as pairs of numbers."""
    written = [writer.expression(argument) for argument in _without_frame(writer, node)]
    points = [part for part in written if isinstance(part, Point)]
    numbers = [part for part in written if isinstance(part, Value)]
    if len(numbers) == len(written) and len(numbers) % 2 == 0:
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        points = [_placed(writer, node, lon, lat) for lon, lat in pairs]
    elif len(points) != len(written):
        points = []
    if not 3 <= len(points) <= MAXIMUM_VERTICES:
        raise writer.fault(
            node, f"A POLYGON takes 3 to {MAXIMUM_VERTICES} vertices, all POINTs or all pairs of numbers"
        )
    vertices = []
    for vertex in points:
        if vertex.lon.number is None or vertex.lat.number is None:
            raise writer.fault(node, "The vertices of a POLYGON must be numbers in this version")
        vertices.append((vertex.lon.number, vertex.lat.number))
    if spherical.middle([spherical.unit_vector(*vertex) for vertex in vertices]) is None:
        raise writer.fault(node, "A POLYGON must fit into half of the sky")
    return Polygon(tuple(vertices))


def centroid(writer: Writer, name: str, node: exp.Anonymous) -> Point:
    """Write CENTROID."""
    (argument,) = arguments_of(writer, name, node, 1)
    shape = as_shape(writer, argument, name)
    if isinstance(shape, Point):
        return shape
    if isinstance(shape, (Circle, Box)):
        return shape.center
    center = spherical.centroid([spherical.unit_vector(*v) for v in shape.vertices])
    if center is None:
        raise writer.fault(argument, "This POLYGON has no inside")
    lon, lat = (Value(number_sql(x), Type.DOUBLE, constant=x) for x in spherical.degrees_of(center))
    return Point(lon, lat)


def point_of(writer: Writer, lon: exp.Expr, lat: exp.Expr) -> Point:
    """Write a position given as two numbers."""
    longitude = writer.number(lon, "A position")
    return _placed(writer, lat, longitude, writer.number(lat, "A position"))


def as_point(writer: Writer, node: exp.Expr, name: str) -> Point:
    """Write an argument that must be a POINT."""
    written = _shape_of(writer.expression(node))
    if not isinstance(written, Point):
        raise writer.fault(node, f"{name} takes a POINT here")
    return written


def as_shape(writer: Writer, node: exp.Expr, name: str) -> Shape:
    """Write an argument that must be a shape."""
    written = _shape_of(writer.expression(node))
    if isinstance(written, Value):
        raise writer.fault(node, f"{name} takes POINT, CIRCLE, BOX or POLYGON, not {written.type.noun}")
    return written


def arguments_of(writer: Writer, name: str, node: exp.Anonymous, count: int) -> list[exp.Expr]:
    """Return a call's arguments, counted."""
    arguments = list(node.expressions)
    if len(arguments) != count:
        plural = "" if count == 1 else "s"
        raise writer.fault(node, f"{name} takes {count} argument{plural}, not {len(arguments)}")
    return arguments


def as_array(writer: Writer, node: exp.Expr, shape: Shape) -> Value:
    """Write a shape as a column of an answer: an array of its numbers (DALI 1.1, §3.3.5)."""
    if isinstance(shape, Box):
        raise writer.fault(node, "A BOX cannot be a column: ask for its centre and sizes")
    numbers = [double(part) for part in shape.parts]
    if isinstance(shape, Polygon):
        numbers = [number_sql(x) for vertex in shape.vertices for x in vertex]
    xtype = type(shape).__name__.lower()
    meaning = Meaning(unit="deg", xtype=xtype, arraysize=str(len(numbers)), datatype="double")
    return combined(shape.parts, f"array_value({', '.join(numbers)})", Type.ARRAY, meaning)


def _shape_of(written: Expression) -> Expression:
    """Return the shape that a column holds, if it is one of points or circles."""
    if not isinstance(written, Value) or written.type is not Type.ARRAY or written.meaning is None:
        return written
    if written.meaning.xtype not in ("point", "circle"):
        return written
    lon, lat, radius = (combined((written,), f"{written.sql}[{place}]", Type.DOUBLE) for place in (1, 2, 3))
    center = Point(lon, lat)
    return center if written.meaning.xtype == "point" else Circle(center, radius)


def _placed(writer: Writer, node: exp.Expr, lon: Value, lat: Value) -> Point:
    if not (lon.type.is_number and lat.type.is_number):
        raise writer.fault(node, "A position takes numbers")
    if lat.number is not None and not -90 <= lat.number <= 90:
        raise writer.fault(node, "A declination lies between -90 and 90 degrees")
    if lon.number is not None and not math.fabs(lon.number) <= 1e6:
        raise writer.fault(node, "A right ascension lies between 0 and 360 degrees")
    return Point(lon, lat)


def _around(writer: Writer, name: str, node: exp.Anonymous, sizes: int) -> tuple[Point, list[exp.Expr]]:
    """Return the centre of a shape, given as a POINT or as two numbers, and what follows it."""
    arguments = _without_frame(writer, node)
    if len(arguments) == sizes + 2:
        return point_of(writer, arguments[0], arguments[1]), arguments[2:]
    if len(arguments) == sizes + 1:
        center = _shape_of(writer.expression(arguments[0]))
        if isinstance(center, Point):
            return center, arguments[1:]
    what = "a radius" if sizes == 1 else "a width and a height"
    raise writer.fault(node, f"{name} takes a centre (a POINT or two numbers) and {what}")


def _without_frame(writer: Writer, node: exp.Anonymous) -> list[exp.Expr]:
    """Return the arguments without the coordinate system that older ADQL puts first (ADQL 2.1, §4.2.3)."""
    arguments = list(node.expressions)
    if not (arguments and isinstance(arguments[0], exp.Literal) and arguments[0].is_string):
        return arguments
    if arguments[0].this.strip().upper().split(" ")[0] not in _FRAMES:
        raise writer.fault(arguments[0], "Positions are ICRS here: convert others first and leave this out")
    return arguments[1:]
