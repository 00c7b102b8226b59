"""The geometry of ADQL 2.1, §4.2: shapes from their functions, and what is asked of them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

from sqlglot import exp

from ..errors import QueryError
from . import regions, shapes, spherical
from .arithmetic import brought_to
from .comparisons import MIRRORED
from .datatypes import Type
from .functions import GEOMETRY_NAMES
from .scans import Scans
from .values import (
    Box,
    Circle,
    Containment,
    Expression,
    Meaning,
    Point,
    Polygon,
    Separation,
    Shape,
    Value,
    combined,
    number_sql,
    text_sql,
)

__all__ = ["Geometry"]

MAXIMUM_VERTICES = 100
_FRAMES = ("", "ICRS", "UNKNOWNFRAME")


class Writer(Protocol):
    """What writes the arguments of a geometry function."""

    def expression(self, node: exp.Expr) -> Expression:
        """Write a value or a shape."""
        ...

    def number(self, node: exp.Expr, place: str) -> Value:
        """Write a number."""
        ...

    def fault(self, node: exp.Expr | None, sentence: str) -> QueryError:
        """Return the error that says what is wrong with a node."""
        ...


class Geometry:
    """Writes the geometry functions of one clause."""

    def __init__(self, expressions: Writer, scans: Scans) -> None:
        self._expressions = expressions
        self._scans = scans
        self._writers = {
            "AREA": self._area,
            "BOX": self._box,
            "CENTROID": self._centroid,
            "CIRCLE": self._circle,
            "CONTAINS": self._contains,
            "COORD1": self._coord,
            "COORD2": self._coord,
            "COORDSYS": self._coordsys,
            "DISTANCE": self._distance,
            "INTERSECTS": self._intersects,
            "POINT": self._point,
            "POLYGON": self._polygon,
        }

    def knows(self, name: str) -> bool:
        """Say whether a function is one of geometry."""
        return name in GEOMETRY_NAMES

    def written(self, name: str, node: exp.Anonymous) -> Expression:
        """Write a call of a geometry function."""
        return self._writers[name](name, node)

    def compared(self, sign: str, left: Value, right: Value) -> Value | None:
        """Write a comparison of what CONTAINS, INTERSECTS or DISTANCE returns; None if it is of nothing such."""
        if left.relation is None and right.relation is not None:
            sign, left, right = MIRRORED[sign], right, left
        both = (left, right)
        if isinstance(left.relation, Containment) and right.constant in (0, 1) and sign in ("=", "<>"):
            relation = left.relation
            if (sign == "=") == (right.constant == 1):
                written = combined(both, relation.condition, Type.BOOLEAN)
                return replace(written, restrictions=relation.restrictions)
            return combined(both, f"(NOT {relation.condition})", Type.BOOLEAN)
        if isinstance(left.relation, Separation) and right.type.is_number and sign not in ("=", "<>"):
            first, second = left.relation.first, left.relation.second
            if sign in (">", ">="):
                if right.number is not None and right.number < 0:
                    return None
                return combined(both, shapes.is_farther(first, second, right, sign), Type.BOOLEAN)
            if right.number is not None and right.number < 0:
                return None
            written = combined(both, shapes.is_nearer(first, second, right, sign), Type.BOOLEAN)
            return replace(written, restrictions=regions.near(first, second, right, self._scans))
        return None

    # ---- shapes

    def _point(self, name: str, node: exp.Anonymous) -> Point:
        lon, lat = self._arguments(name, node, 2)
        return self._position(lon, lat)

    def _circle(self, name: str, node: exp.Anonymous) -> Circle:
        center, (radius,) = self._around(name, node, 1)
        return Circle(center, self._size(radius, "radius of a CIRCLE", least=0, most=math.inf))

    def _box(self, name: str, node: exp.Anonymous) -> Box:
        center, (width, height) = self._around(name, node, 2)
        limit = math.nextafter(180, 0)
        return Box(
            center,
            self._size(width, "width of a BOX", least=0, most=limit),
            self._size(height, "height of a BOX", least=0, most=limit),
        )

    def _polygon(self, name: str, node: exp.Anonymous) -> Polygon:
        arguments = self._without_frame(node)
        written = [self._expressions.expression(argument) for argument in arguments]
        points = [part for part in written if isinstance(part, Point)]
        numbers = [part for part in written if isinstance(part, Value)]
        if len(numbers) == len(written) and len(numbers) % 2 == 0:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            points = [self._placed(node, lon, lat) for lon, lat in pairs]
        elif len(points) != len(written):
            points = []
        if not 3 <= len(points) <= MAXIMUM_VERTICES:
            raise self._fault(
                node, f"A POLYGON takes 3 to {MAXIMUM_VERTICES} vertices, each a POINT or a pair of numbers"
            )
        vertices = []
        for point in points:
            if point.lon.number is None or point.lat.number is None:
                raise self._fault(node, "The vertices of a POLYGON must be numbers in this version")
            vertices.append((point.lon.number, point.lat.number))
        if spherical.middle([spherical.unit_vector(*vertex) for vertex in vertices]) is None:
            raise self._fault(node, "A POLYGON must fit into half of the sky")
        return Polygon(tuple(vertices))

    def _position(self, lon: exp.Expr, lat: exp.Expr) -> Point:
        longitude = self._expressions.number(lon, "A position")
        return self._placed(lat, longitude, self._expressions.number(lat, "A position"))

    def _placed(self, node: exp.Expr, lon: Value, lat: Value) -> Point:
        if not (lon.type.is_number and lat.type.is_number):
            raise self._fault(node, "A position takes numbers")
        if lat.number is not None and not -90 <= lat.number <= 90:
            raise self._fault(node, "A declination lies between -90 and 90 degrees")
        return Point(lon, lat)

    def _around(self, name: str, node: exp.Anonymous, sizes: int) -> tuple[Point, list[exp.Expr]]:
        """Return the centre of a shape, given as a POINT or as two numbers, and what follows it."""
        arguments = self._without_frame(node)
        if len(arguments) == sizes + 2:
            return self._position(arguments[0], arguments[1]), arguments[2:]
        if len(arguments) == sizes + 1:
            return self._as_point(arguments[0], name), arguments[1:]
        raise self._fault(node, f"{name} takes a centre (a POINT or two numbers) and {sizes} more")

    def _as_point(self, node: exp.Expr, name: str) -> Point:
        written = self._expressions.expression(node)
        if not isinstance(written, Point):
            raise self._fault(node, f"{name} takes a POINT here")
        return written

    def _size(self, node: exp.Expr, what: str, *, least: float, most: float) -> Value:
        value = self._expressions.number(node, f"The {what}")
        if value.number is not None and not least <= value.number <= most:
            range_ = (
                f"must be less than {most:.0f} degrees and not negative"
                if most < 1e9
                else "must not be negative"
            )
            raise self._fault(node, f"The {what} {range_}")
        return value

    def _without_frame(self, node: exp.Anonymous) -> list[exp.Expr]:
        """Return the arguments without the coordinate system that older ADQL puts first (ADQL 2.1, §4.2.3)."""
        arguments = list(node.expressions)
        if arguments and isinstance(arguments[0], exp.Literal) and arguments[0].is_string:
            frame = arguments[0].this.strip().upper().split(" ")[0]
            if frame not in _FRAMES:
                raise self._fault(
                    arguments[0], "Positions are ICRS here: convert others first, and leave this argument out"
                )
            return arguments[1:]
        return arguments

    def _arguments(self, name: str, node: exp.Anonymous, count: int) -> list[exp.Expr]:
        arguments = self._without_frame(node) if name == "POINT" else list(node.expressions)
        if len(arguments) != count:
            raise self._fault(node, f"{name} takes {count} arguments, not {len(arguments)}")
        return arguments

    # ---- questions

    def _distance(self, name: str, node: exp.Anonymous) -> Value:
        arguments = node.expressions
        if len(arguments) == 4:
            first, second = self._position(*arguments[:2]), self._position(*arguments[2:])
        elif len(arguments) == 2:
            first, second = (self._as_point(argument, name) for argument in arguments)
        else:
            raise self._fault(node, "DISTANCE takes two POINTs or four numbers")
        meaning = Meaning(unit="deg", ucd="pos.angDistance", datatype="double")
        value = combined((*first.parts, *second.parts), shapes.distance(first, second), Type.DOUBLE, meaning)
        return replace(value, relation=Separation(first, second))

    def _contains(self, name: str, node: exp.Anonymous) -> Value:
        inner, outer = self._two_shapes(name, node)
        if isinstance(outer, Point):
            raise self._fault(node, "CONTAINS takes the POINT first and the region around it second")
        if isinstance(inner, Point):
            return self._containment(inner, outer)
        if isinstance(inner, Circle) and isinstance(outer, Circle):
            inside = f"({shapes.distance(inner.center, outer.center)} + {_sql(inner.radius)} <= {_sql(outer.radius)})"
            return _flag(inner, outer, Containment(inside))
        raise self._unsupported(node, name, inner, outer)

    def _intersects(self, name: str, node: exp.Anonymous) -> Value:
        first, second = self._two_shapes(name, node)
        if isinstance(second, Point):
            first, second = second, first
        if isinstance(first, Point) and not isinstance(second, Point):
            return self._containment(first, second)
        if isinstance(first, Circle) and isinstance(second, Circle):
            reach = combined(
                (first.radius, second.radius), f"({_sql(first.radius)} + {_sql(second.radius)})", Type.DOUBLE
            )
            if first.radius.number is not None and second.radius.number is not None:
                total = first.radius.number + second.radius.number
                reach = Value(number_sql(total), Type.DOUBLE, constant=total)
            meets = shapes.is_nearer(first.center, second.center, reach)
            found = regions.near(first.center, second.center, reach, self._scans)
            return _flag(first, second, Containment(meets, found))
        raise self._unsupported(node, name, first, second)

    def _containment(self, point: Point, outer: Circle | Box | Polygon) -> Value:
        if isinstance(outer, Circle):
            condition = shapes.is_nearer(point, outer.center, outer.radius)
            found = regions.near(point, outer.center, outer.radius, self._scans)
        elif isinstance(outer, Box):
            condition = shapes.in_box(point, outer)
            found = regions.in_box(point, outer, self._scans)
        else:
            condition = shapes.in_polygon(point, outer)
            found = regions.in_polygon(point, outer, self._scans)
        return _flag(point, outer, Containment(condition, found))

    def _two_shapes(self, name: str, node: exp.Anonymous) -> tuple[Shape, Shape]:
        first, second = self._arguments(name, node, 2)
        return self._shape(first, name), self._shape(second, name)

    def _shape(self, node: exp.Expr, name: str) -> Shape:
        written = self._expressions.expression(node)
        if isinstance(written, Value):
            raise self._fault(node, f"{name} takes POINT, CIRCLE, BOX or POLYGON, not {written.type.noun}")
        return written

    def _area(self, name: str, node: exp.Anonymous) -> Value:
        (argument,) = self._arguments(name, node, 1)
        shape = self._shape(argument, name)
        meaning = Meaning(unit="deg**2", ucd="phys.angArea", datatype="double")
        square = number_sql(math.degrees(1.0) ** 2)
        if isinstance(shape, Point):
            sql = "0e0"
        elif isinstance(shape, Circle):
            half = f"sin(radians(least({_sql(shape.radius)}, 180e0)) / 2)"
            sql = f"(4 * pi() * {half} * {half} * {square})"
        elif isinstance(shape, Box):
            sides = f"sin(radians({_sql(shape.width)}) / 2) * sin(radians({_sql(shape.height)}) / 2)"
            sql = f"(4 * asin({sides}) * {square})"
        else:
            sql = number_sql(spherical.area([spherical.unit_vector(*v) for v in shape.vertices]))
        return combined(shape.parts, sql, Type.DOUBLE, meaning)

    def _centroid(self, name: str, node: exp.Anonymous) -> Point:
        (argument,) = self._arguments(name, node, 1)
        shape = self._shape(argument, name)
        if isinstance(shape, Point):
            return shape
        if isinstance(shape, (Circle, Box)):
            return shape.center
        center = spherical.centroid([spherical.unit_vector(*v) for v in shape.vertices])
        if center is None:
            raise self._fault(argument, "This POLYGON has no inside")
        lon, lat = spherical.degrees_of(center)
        return Point(*(Value(number_sql(part), Type.DOUBLE, constant=part) for part in (lon, lat)))

    def _coord(self, name: str, node: exp.Anonymous) -> Value:
        (argument,) = self._arguments(name, node, 1)
        point = self._as_point(argument, name)
        return brought_to(point.lon if name == "COORD1" else point.lat, Type.DOUBLE)

    def _coordsys(self, name: str, node: exp.Anonymous) -> Value:
        (argument,) = self._arguments(name, node, 1)
        return combined(self._shape(argument, name).parts, text_sql("ICRS"), Type.TEXT)

    def _unsupported(self, node: exp.Expr, name: str, first: Shape, second: Shape) -> QueryError:
        pair = f"{type(first).__name__.upper()} and {type(second).__name__.upper()}"
        return self._fault(node, f"{name} of {pair} is not supported in this version")

    def _fault(self, node: exp.Expr, sentence: str) -> QueryError:
        return self._expressions.fault(node, sentence)


def _flag(first: Shape, second: Shape, relation: Containment) -> Value:
    """Return what CONTAINS and INTERSECTS return: 1 or 0."""
    meaning = Meaning(datatype="int")
    value = combined(
        (*first.parts, *second.parts), f"CAST({relation.condition} AS INTEGER)", Type.INT, meaning
    )
    return replace(value, relation=relation)


def _sql(value: Value) -> str:
    if value.number is not None:
        return number_sql(value.number)
    return brought_to(value, Type.DOUBLE).sql
