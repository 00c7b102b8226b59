"""Functions that PostgreSQL has besides ADQL's: those of q3c over positions, and a few of every day."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from . import regions, shapes, spherical
from .arithmetic import brought_to
from .constructors import MAXIMUM_VERTICES, point_of
from .datatypes import Type, common_type
from .functions import FUNCTIONS, Function
from .values import Containment, Meaning, Near, Polygon, Separation, Value, combined
from .writer import Writer

__all__ = ["POSTGRES_FUNCTIONS"]

_NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NO_NUMBERS = re.compile(r"[\s(){}\[\],]*")


def _radial_query(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    """Write that a position is within a radius of another; so does `q3c_join`."""
    *place, radius = node.expressions
    first, second = point_of(writer, *place[:2]), point_of(writer, *place[2:])
    value = writer.number(radius, f"The radius of {name}")
    if value.number is not None and value.number < 0:
        raise writer.fault(radius, f"The radius of {name} must not be negative")
    condition = shapes.is_nearer(first, second, value)
    found = regions.near(first, second, value, writer.scans)
    pairings = () if value.number is None else (Near(first, second, value.number),)
    parts = (*first.parts, *second.parts, value)
    said = Containment(condition, found, pairings, whole="<=")
    return _said(combined(parts, condition, Type.BOOLEAN), said)


def _dist(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    places = node.expressions
    first, second = point_of(writer, *places[:2]), point_of(writer, *places[2:])
    meaning = Meaning(unit="deg", ucd="pos.angDistance", datatype="double")
    parts = (*first.parts, *second.parts)
    value = combined(parts, shapes.distance(first, second), Type.DOUBLE, meaning)
    return replace(value, relation=Separation(first, second))


def _poly_query(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    *place, corners = node.expressions
    point = point_of(writer, *place)
    polygon = _polygon(writer, corners, name)
    condition = shapes.in_polygon(point, polygon)
    found = regions.in_polygon(point, polygon, writer.scans)
    return _said(combined(point.parts, condition, Type.BOOLEAN), Containment(condition, found))


def _polygon(writer: Writer, node: exp.Expr, name: str) -> Polygon:
    """Return the polygon that `ARRAY[ra, dec, …]` or a text such as '((ra, dec), …)' says."""
    if isinstance(node, exp.Cast) and node.args["to"].this.name == "POLYGON":
        node = node.this
    if isinstance(node, exp.Array):
        values = [writer.number(item, name).number for item in node.expressions]
    elif (
        isinstance(node, exp.Literal)
        and node.is_string
        and _NO_NUMBERS.fullmatch(_NUMBERS.sub("", node.this))
    ):
        values = [float(number) for number in _NUMBERS.findall(node.this)]
    else:
        values = []
    numbers = [value for value in values if value is not None and math.isfinite(value)]
    if len(numbers) != len(values) or len(numbers) % 2 or not 6 <= len(numbers) <= 2 * MAXIMUM_VERTICES:
        raise writer.fault(
            node, f"{name} takes ARRAY[ra1, dec1, …] with 3 to {MAXIMUM_VERTICES} pairs of numbers"
        )
    vertices = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if not all(-90 <= lat <= 90 and abs(lon) <= 1e6 for lon, lat in vertices):
        raise writer.fault(node, "A declination lies between -90 and 90 degrees")
    if spherical.middle([spherical.unit_vector(*vertex) for vertex in vertices]) is None:
        raise writer.fault(node, "A polygon must fit into half of the sky")
    return Polygon(vertices)


def _said(value: Value, relation: Containment) -> Value:
    """Return a condition that can stand alone, or be compared with 't' and 'f'."""
    return replace(
        value,
        relation=relation,
        restrictions=relation.restrictions,
        pairings=relation.pairings,
        whole=relation.whole,
    )


def _logarithm(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    """Write PostgreSQL's LOG: to the base 10, or to that of a first argument."""
    values = [brought_to(writer.number(argument, name), Type.DOUBLE) for argument in node.expressions]
    logs = [f"ln(nullif({value.sql}, 0))" for value in values]
    sql = f"log10(nullif({values[0].sql}, 0))" if len(logs) == 1 else f"({logs[1]} / nullif({logs[0]}, 0))"
    return combined(values, f"nullif({sql}, 'NaN'::DOUBLE)", Type.DOUBLE)


def _spread(template: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    """Return a writer of an aggregate over numbers, a double."""

    def write(writer: Writer, node: exp.Anonymous, name: str) -> Value:
        value = brought_to(writer.number(node.expressions[0], name), Type.DOUBLE)
        return combined((value,), template.format(value.sql), Type.DOUBLE)

    return write


def _of_several(engine_name: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    def write(writer: Writer, node: exp.Anonymous, name: str) -> Value:
        values = writer.alike(node.expressions, name)
        kind = common_type([value.type for value in values]) or Type.UNKNOWN
        return combined(values, f"{engine_name}({', '.join(value.sql for value in values)})", kind)

    return write


def _nullif(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    first, second = writer.alike(node.expressions, name)
    return combined((first, second), f"nullif({first.sql}, {second.sql})", first.type, first.meaning)


def _length(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    value = _text(writer, node.expressions[0], name)
    return combined((value,), f"length({value.sql})", Type.LONG)


def _substring(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    value = _text(writer, node.expressions[0], name)
    numbers = [writer.number(argument, name) for argument in node.expressions[1:]]
    for argument, number in zip(node.expressions[1:], numbers, strict=True):
        if not isinstance(number.constant, int) or not 0 < number.constant < 2**31:
            raise writer.fault(argument, f"{name} takes whole numbers from 1")
    sql = f"substring({', '.join([value.sql, *(number.sql for number in numbers)])})"
    return combined((value,), sql, Type.TEXT)


def _text(writer: Writer, node: exp.Expr, name: str) -> Value:
    value = writer.value(node)
    if value.type not in (Type.TEXT, Type.UNKNOWN):
        raise writer.fault(node, f"{name} takes a text, not {value.type.noun}")
    return brought_to(value, Type.TEXT)


POSTGRES_FUNCTIONS = {
    "CEIL": FUNCTIONS["CEILING"],
    "LN": FUNCTIONS["LOG"],
    "RANDOM": FUNCTIONS["RAND"],
    "TRUNC": FUNCTIONS["TRUNCATE"],
    **{
        function.name: function
        for function in (
            Function("GREATEST", 1, 100, _of_several("greatest")),
            Function("LEAST", 1, 100, _of_several("least")),
            Function("LENGTH", 1, 1, _length),
            Function("LOG", 1, 2, _logarithm),
            Function("NULLIF", 2, 2, _nullif),
            Function("Q3C_DIST", 4, 4, _dist),
            Function("Q3C_JOIN", 5, 5, _radial_query),
            Function("Q3C_POLY_QUERY", 3, 3, _poly_query),
            Function("Q3C_RADIAL_QUERY", 5, 5, _radial_query),
            Function("STDDEV", 1, 1, _spread("stddev_samp({})"), aggregate=True),
            Function("STDDEV_POP", 1, 1, _spread("stddev_pop({})"), aggregate=True),
            Function("SUBSTRING", 2, 3, _substring),
            Function("VARIANCE", 1, 1, _spread("var_samp({})"), aggregate=True),
        )
    },
}
"""Functions besides those of ADQL, or in their place, by name in capitals."""
