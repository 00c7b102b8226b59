"""Functions beside ADQL's own that go by the IVOA's names (Catalogue of ADQL User Defined Functions 1.1)."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from . import epochs, healpix
from .arithmetic import brought_to
from .constructors import as_point, point_of
from .datatypes import Type
from .epochs import Motion
from .functions import Function
from .shapes import double
from .values import Meaning, Point, Value, combined, number_sql, text_sql
from .writer import Writer

__all__ = ["IVOA_FUNCTIONS"]

_MOST_BINS = 10_000
_FLAG = Meaning(datatype="int")


def _healpix_index(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    order, *place = node.expressions
    depth = _order(writer, order, name)
    point = point_of(writer, *place) if len(place) == 2 else as_point(writer, place[0], name)
    meaning = Meaning(datatype="long", ucd="pos.healpix")
    sql = _stored_cell(writer, point, depth) or healpix.cell_of(depth, double(point.lon), double(point.lat))
    return combined(point.parts, sql, Type.LONG, meaning)


def _stored_cell(writer: Writer, point: Point, depth: int) -> str | None:
    """Return the cell by the column that files are sorted by, if the point is the position of their rows."""
    read = point.lon.read
    if read is None or read.alias is None or not writer.scans.is_position(read, point.lat.read):
        return None
    return f"({writer.scans.stored_cell(read)} >> {2 * (healpix.DEEPEST - depth)})"


def _healpix_center(writer: Writer, node: exp.Anonymous, name: str) -> Point:
    order, cell = node.expressions
    value = writer.value(cell)
    if not (value.type.is_integer or value.type is Type.UNKNOWN):
        raise writer.fault(cell, f"The cell of {name} must be a whole number")
    sql = healpix.center_of(_order(writer, order, name), brought_to(value, Type.LONG).sql)
    lon, lat = (combined((value,), f"{sql}[{place}]", Type.DOUBLE) for place in (1, 2))
    return Point(lon, lat)


def _order(writer: Writer, node: exp.Expr, name: str) -> int:
    order = writer.number(node, name).constant
    if not isinstance(order, int) or not 0 <= order <= healpix.DEEPEST:
        raise writer.fault(
            node, f"The order of {name} must be a whole number between 0 and {healpix.DEEPEST}"
        )
    return order


def _motion(writer: Writer, node: exp.Anonymous, name: str) -> Motion:
    values = [writer.number(argument, name) for argument in node.expressions]
    if len(values) == 8:
        return Motion(*values)
    if len(values) != 6:
        raise writer.fault(node, f"{name} takes 6 or 8 arguments, not {len(values)}")
    ra, dec, pmra, pmdec, reference, wanted = values
    return Motion(ra, dec, None, pmra, pmdec, None, reference, wanted)


def _epoch_prop(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    star = _motion(writer, node, name)
    meaning = Meaning(datatype="double", arraysize="6")
    return combined(star.parts, epochs.moved_star(star), Type.ARRAY, meaning)


def _epoch_prop_pos(writer: Writer, node: exp.Anonymous, name: str) -> Point:
    star = _motion(writer, node, name)
    lon, lat = (combined(star.parts, sql, Type.DOUBLE) for sql in epochs.moved_position(star))
    return Point(lon, lat)


def _texts(writer: Writer, node: exp.Anonymous, name: str) -> list[Value]:
    values = [writer.value(argument) for argument in node.expressions]
    for argument, value in zip(node.expressions, values, strict=True):
        if value.type not in (Type.TEXT, Type.UNKNOWN):
            raise writer.fault(argument, f"{name} takes texts, not {value.type.noun}")
    return [brought_to(value, Type.TEXT) for value in values]


def _said_of_texts(condition: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    """Return a writer of a function that is 1 where a condition on two texts holds, else 0."""

    def write(writer: Writer, node: exp.Anonymous, name: str) -> Value:
        values = _texts(writer, node, name)
        sql = condition.format(*(value.sql for value in values))
        return combined(values, f"CAST({sql} AS INTEGER)", Type.INT, _FLAG)

    return write


def _said_of_numbers(condition: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    def write(writer: Writer, node: exp.Anonymous, name: str) -> Value:
        values = [writer.number(argument, name) for argument in node.expressions]
        sql = condition.format(*(double(value) for value in values))
        return combined(values, f"CAST({sql} AS INTEGER)", Type.INT, _FLAG)

    return write


def _interval_has(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    value, interval = writer.number(node.expressions[0], name), writer.value(node.expressions[1])
    if interval.type is not Type.ARRAY or interval.meaning is None or interval.meaning.xtype != "interval":
        raise writer.fault(node.expressions[1], f"{name} takes a column of intervals as its second argument")
    sql = f"CAST(({double(value)} BETWEEN {interval.sql}[1] AND {interval.sql}[2]) AS INTEGER)"
    return combined((value, interval), sql, Type.INT, _FLAG)


def _string_agg(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    """Write the texts of a group as one, in alphabetical order: rows have none of their own."""
    text, _ = _texts(writer, node, name)
    delimiter = node.expressions[1]
    if not (isinstance(delimiter, exp.Literal) and delimiter.is_string):
        raise writer.fault(delimiter, f"The second argument of {name} must be a text in single quotes")
    sql = f"string_agg({text.sql}, {text_sql(delimiter.this)} ORDER BY {text.in_order})"
    return combined((text,), sql, Type.TEXT)


def _histogram(writer: Writer, node: exp.Anonymous, name: str) -> Value:
    """Write how many values are below the lower limit, in each bin, and above: an array."""
    value, low, high, bins = (writer.number(argument, name) for argument in node.expressions)
    for argument, limit in zip(node.expressions[1:3], (low, high), strict=True):
        if limit.number is None:
            raise writer.fault(argument, f"The limits of {name} must be numbers")
    count = bins.constant
    if not isinstance(count, int) or not 1 <= count <= _MOST_BINS:
        raise writer.fault(
            node.expressions[3], f"{name} takes a whole number of bins between 1 and {_MOST_BINS:,}"
        )
    lower, upper = low.number or 0.0, high.number or 0.0
    if not lower < upper:
        raise writer.fault(node.expressions[2], f"The upper limit of {name} must be above the lower one")
    x = double(value)
    step = number_sql(count / (upper - lower))
    place = f"least({count}, 1 + CAST(floor(({x} - {number_sql(lower)}) * {step}) AS BIGINT))"
    number = (
        f"CASE WHEN isnan({x}) THEN NULL WHEN {x} < {number_sql(lower)} THEN 0"
        f" WHEN {x} >= {number_sql(upper)} THEN {count + 1} WHEN {x} IS NOT NULL THEN {place} END"
    )
    counted = f"coalesce(map_extract(histogram({number}), his_a)[1], 0)"
    sql = f"CAST(list_transform(range({count + 2}), lambda his_a: {counted}) AS INTEGER[{count + 2}])"
    return combined((value,), sql, Type.ARRAY, Meaning(datatype="int", arraysize=str(count + 2)))


def _day(epoch: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    """Return a writer of the days from an epoch to a time."""

    def write(writer: Writer, node: exp.Anonymous, name: str) -> Value:
        (argument,) = node.expressions
        value = writer.value(argument)
        if value.type not in (Type.TIMESTAMP, Type.UNKNOWN):
            raise writer.fault(argument, f"{name} takes a time, not {value.type.noun}")
        time = brought_to(value, Type.TIMESTAMP).sql
        meaning = Meaning(unit="d", ucd="time.epoch", datatype="double")
        return combined((value,), f"(epoch_us({time}) / 86400000000e0 + {epoch})", Type.DOUBLE, meaning)

    return write


_LIST = "list_contains(string_split(lower({0}), '#'), lower({1}))"
_WORD = r"regexp_matches(lower({0}), '(^|\W)' || regexp_escape(lower({1})) || '(\W|$)')"

IVOA_FUNCTIONS = {
    function.name: function
    for function in (
        Function("IVO_EPOCH_PROP", 6, 8, _epoch_prop),
        Function("IVO_EPOCH_PROP_POS", 6, 8, _epoch_prop_pos),
        Function("IVO_HASHLIST_HAS", 2, 2, _said_of_texts(_LIST)),
        Function("IVO_HASWORD", 2, 2, _said_of_texts(_WORD)),
        Function("IVO_HEALPIX_CENTER", 2, 2, _healpix_center),
        Function("IVO_HEALPIX_INDEX", 2, 3, _healpix_index),
        Function("IVO_HISTOGRAM", 4, 4, _histogram, aggregate=True),
        Function("IVO_INTERVAL_HAS", 2, 2, _interval_has),
        Function("IVO_INTERVAL_OVERLAPS", 4, 4, _said_of_numbers("({0} <= {3} AND {2} <= {1})")),
        Function("IVO_NOCASEMATCH", 2, 2, _said_of_texts("({0} ILIKE {1})")),
        Function("IVO_STRING_AGG", 2, 2, _string_agg, aggregate=True),
        Function("IVO_TO_JD", 1, 1, _day("2440587.5e0")),
        Function("IVO_TO_MJD", 1, 1, _day("40587e0")),
    )
}
"""Every such function, by name in capitals."""
