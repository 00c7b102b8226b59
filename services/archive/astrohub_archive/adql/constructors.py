"""Shapes from their functions: POINT, CIRCLE, BOX, POLYGON, CENTROID (ADQL 2.1, §4.2), and REGION."""

from __future__ import annotations

import math

from sqlglot import exp

from . import measures, outlines, spherical, stcs
from .datatypes import Type
from .shapes import double, numbers_of
from .values import (
    Box,
    Circle,
    Expression,
    Meaning,
    Outline,
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
    "region",
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
    return Circle(center, _radius(writer, radius, writer.number(radius, "The radius of a CIRCLE")))


def box(writer: Writer, name: str, node: exp.Anonymous) -> Box:
    """Write BOX."""
    center, sizes = _around(writer, name, node, 2)
    width, height = (_size(writer, size, writer.number(size, "The size of a BOX")) for size in sizes)
    return Box(center, width, height)


def polygon(writer: Writer, name: str, node: exp.Anonymous) -> Polygon | Outline:
    """Write POLYGON: three or more vertices, all given as points or all as pairs of numbers."""
    written = [_shape_of(writer.expression(argument)) for argument in _without_frame(writer, node)]
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
    known = [vertex for point in points if (vertex := _known(point)) is not None]
    if len(known) == len(points):
        return _polygon_of(writer, node, known)
    parts = [part for point in points for part in point.parts]
    listed = f"[{', '.join(double(part) for part in parts)}]"
    return Outline(combined(parts, listed, Type.ARRAY, Meaning(unit="deg", xtype="polygon")))


def region(writer: Writer, name: str, node: exp.Anonymous) -> Shape:
    """Write REGION: a shape in words, or a text that holds one (ADQL 2.0, §2.4.14; not part of 2.1)."""
    (argument,) = arguments_of(writer, name, node, 1)
    if not (isinstance(argument, exp.Literal) and argument.is_string):
        value = writer.expression(argument)
        if not isinstance(value, Value) or value.type is not Type.TEXT:
            raise writer.fault(argument, "REGION takes a text such as 'Circle ICRS 10 20 0.5'")
        return Outline(combined((value,), stcs.numbers_of_text(value.sql), Type.ARRAY))
    numbers = stcs.numbers_in(argument.this)
    if numbers is None:
        raise writer.fault(
            argument,
            "REGION takes one shape in ICRS: 'Position ICRS ra dec', 'Circle ICRS ra dec radius',"
            " 'Box ICRS ra dec width height' or 'Polygon ICRS ra1 dec1 ra2 dec2 ra3 dec3 …'",
        )
    values = [Value(number_sql(number), Type.DOUBLE, constant=number) for number in numbers]
    center = _placed(writer, argument, *values[:2])
    if len(values) == 2:
        return center
    if len(values) == 3:
        return Circle(center, _radius(writer, argument, values[2]))
    if len(values) == 4:
        return Box(center, *(_size(writer, argument, value) for value in values[2:]))
    points = [_placed(writer, argument, *pair) for pair in zip(values[::2], values[1::2], strict=True)]
    if len(points) > MAXIMUM_VERTICES:
        raise writer.fault(argument, f"A POLYGON takes 3 to {MAXIMUM_VERTICES} vertices")
    return _polygon_of(writer, argument, [vertex for p in points if (vertex := _known(p)) is not None])


def centroid(writer: Writer, name: str, node: exp.Anonymous) -> Point:
    """Write CENTROID."""
    (argument,) = arguments_of(writer, name, node, 1)
    shape = as_shape(writer, argument, name)
    if isinstance(shape, Point):
        return shape
    if isinstance(shape, (Circle, Box)):
        return shape.center
    if isinstance(shape, Outline):
        found = measures.center(shape.numbers.sql)
        return Point(*(combined(shape.parts, f"{found}[{place}]", Type.DOUBLE) for place in (1, 2)))
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
    """Write a shape as a column of an answer: an array of its numbers (DALI 1.1, §3.3.5).

    A BOX is the polygon of its corners.
    """
    xtype = type(shape).__name__.lower()
    if isinstance(shape, (Box, Outline)):
        if isinstance(shape, Outline) and shape.numbers.meaning is None:
            raise writer.fault(node, "What this REGION is shows in each row only: ask for the text itself")
        numbers = numbers_of(shape)
        sql = outlines.corners(numbers) if isinstance(shape, Box) else numbers
        meaning = Meaning(unit="deg", xtype="polygon", arraysize="*", datatype="double")
        return combined(shape.parts, _whole(shape, sql), Type.ARRAY, meaning)
    listed = numbers_of(shape)[1:-1]
    count = str(len(shape.vertices) * 2 if isinstance(shape, Polygon) else len(shape.parts))
    meaning = Meaning(unit="deg", xtype=xtype, arraysize=count, datatype="double")
    return combined(shape.parts, _whole(shape, f"array_value({listed})"), Type.ARRAY, meaning)


def _whole(shape: Shape, sql: str) -> str:
    """Return an array that is NULL if one of its numbers is."""
    parts = [part.sql for part in shape.parts if part.number is None]
    if isinstance(shape, Outline):
        return f"(CASE WHEN list_count({sql}) = len({sql}) THEN {sql} END)"
    return (
        f"(CASE WHEN {' OR '.join(f'{p} IS NULL' for p in parts)} THEN NULL ELSE {sql} END)" if parts else sql
    )


def _shape_of(written: Expression) -> Expression:
    """Return the shape that a column holds, by its xtype; the value itself if it is none."""
    if not isinstance(written, Value) or written.meaning is None:
        return written
    xtype = (written.meaning.xtype or "").lower()
    if written.type is Type.TEXT and xtype in stcs.XTYPES:
        return Outline(combined((written,), stcs.numbers_of_text(written.sql), Type.ARRAY))
    if written.type is not Type.ARRAY or xtype not in ("point", "circle", "polygon"):
        return written
    if xtype == "polygon":
        meaning = Meaning(unit="deg", xtype="polygon")
        return Outline(combined((written,), f"CAST({written.sql} AS DOUBLE[])", Type.ARRAY, meaning))
    lon, lat, radius = (combined((written,), f"{written.sql}[{place}]", Type.DOUBLE) for place in (1, 2, 3))
    center = Point(lon, lat)
    return center if xtype == "point" else Circle(center, radius)


def _polygon_of(writer: Writer, node: exp.Expr, vertices: list[tuple[float, float]]) -> Polygon:
    if spherical.middle([spherical.unit_vector(*vertex) for vertex in vertices]) is None:
        raise writer.fault(node, "A POLYGON must fit into half of the sky")
    return Polygon(tuple(vertices))


def _known(point: Point) -> tuple[float, float] | None:
    if point.lon.number is None or point.lat.number is None:
        return None
    return point.lon.number, point.lat.number


def _radius(writer: Writer, node: exp.Expr, value: Value) -> Value:
    if value.number is not None and value.number < 0:
        raise writer.fault(node, "The radius of a CIRCLE must not be negative")
    return value


def _size(writer: Writer, node: exp.Expr, value: Value) -> Value:
    if value.number is not None and not 0 <= value.number < 180:
        tip = "for a range of coordinates write ra BETWEEN … AND …"
        raise writer.fault(node, f"The sizes of a BOX lie between 0 and 180 degrees; {tip}")
    return value


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
