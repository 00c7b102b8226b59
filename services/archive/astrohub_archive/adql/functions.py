"""The functions that a query may call, and what each is in the engine. There are no others.

Where a function has no value (the logarithm of a negative number, the root of one, an arc sine of
2), its value is NULL: the engine's NaN would count as larger than every number in a comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from ..errors import Position, QueryError
from .arithmetic import brought_to, calculated
from .datatypes import Type, common_type
from .nearest import nearest, with_suggestion
from .units import UnitError, conversion
from .values import Expression, Meaning, Value, combined, number_sql
from .vocabulary import FOREIGN_WORDS
from .writer import Writer

__all__ = ["FUNCTIONS", "GEOMETRY_NAMES", "Function", "no_function"]

_NAN = "'NaN'::DOUBLE"

GEOMETRY_NAMES = (
    *("AREA", "BOX", "CENTROID", "CIRCLE", "CONTAINS", "COORD1", "COORD2", "COORDSYS", "DISTANCE"),
    *("INTERSECTS", "POINT", "POLYGON", "REGION"),
)
"""Functions over shapes, which `geometry.py` writes: names that may have been meant."""


@dataclass(frozen=True)
class Function:
    """One function: how many arguments it takes and how it is written."""

    name: str
    least: int
    most: int
    writer: Callable[[Writer, exp.Anonymous, str], Expression]
    aggregate: bool = False

    def write(self, expressions: Writer, node: exp.Anonymous) -> Expression:
        """Write a call, its arguments counted first."""
        count = len(node.expressions)
        if not self.least <= count <= self.most:
            wanted = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
            plural = "" if wanted == "1" else "s"
            raise expressions.fault(node, f"{self.name} takes {wanted} argument{plural}, not {count}")
        return self.writer(expressions, node, self.name)


def no_function(name: str, position: Position | None, others: Iterable[str] = ()) -> QueryError:
    """Return the error for a call of what is no function; `others` are those besides ADQL's own."""
    known = () if name.upper() in FOREIGN_WORDS else (*FUNCTIONS, *GEOMETRY_NAMES, *others)
    suggestion = nearest(name, known)
    return QueryError(
        with_suggestion(f"There is no function {name[:60]} in ADQL", suggestion),
        position=position,
        suggestion=suggestion,
    )


def _numbers(expressions: Writer, node: exp.Anonymous, name: str) -> list[Value]:
    return [expressions.number(argument, name) for argument in node.expressions]


def _double(template: str, *, undefined: bool = False) -> Callable[[Writer, exp.Anonymous, str], Value]:
    """Return a writer of a function from numbers to a double, NULL where it is undefined."""

    def write(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
        arguments = [brought_to(a, Type.DOUBLE) for a in _numbers(expressions, node, name)]
        sql = template.format(*(argument.sql for argument in arguments))
        return combined(arguments, f"nullif({sql}, {_NAN})" if undefined else sql, Type.DOUBLE)

    return write


def _keeping(template: str, *, whole_alike: bool = True) -> Callable[[Writer, exp.Anonymous, str], Value]:
    """Return a writer of a function whose value is of its argument's type and unit."""

    def write(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
        (value,) = _numbers(expressions, node, name)
        if value.type is Type.UNKNOWN:
            value = brought_to(value, Type.DOUBLE)
        if value.type.is_integer:
            value = brought_to(value, Type.LONG)
            return combined((value,), template.format(value.sql) if whole_alike else value.sql, Type.LONG)
        meaning = Meaning(unit=value.meaning.unit) if value.meaning else None
        return combined((value,), template.format(value.sql), value.type, meaning)

    return write


def _pi(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    return Value("pi()", Type.DOUBLE, constant=3.141592653589793)


def _rand(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    """Write a random number; a seed is read and has no effect, since rows are not made in one order."""
    for argument in node.expressions:
        if not isinstance(expressions.number(argument, name).constant, int):
            raise expressions.fault(argument, "The seed of RAND must be a whole number")
    return Value("random()", Type.DOUBLE)


def _rounded(engine_name: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    def write(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
        value = brought_to(expressions.number(node.expressions[0], name), Type.DOUBLE)
        meaning = Meaning(unit=value.meaning.unit) if value.meaning else None
        if len(node.expressions) == 1:
            return combined((value,), f"{engine_name}({value.sql})", Type.DOUBLE, meaning)
        places = expressions.number(node.expressions[1], name)
        if not isinstance(places.constant, int) or abs(places.constant) > 300:
            raise expressions.fault(node.expressions[1], f"{name} takes a whole number of digits")
        return combined((value,), f"{engine_name}({value.sql}, {places.sql})", Type.DOUBLE, meaning)

    return write


def _mod(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    left, right = _numbers(expressions, node, name)
    return calculated("%", left, right)


def _text(template: str) -> Callable[[Writer, exp.Anonymous, str], Value]:
    def write(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
        value = expressions.value(node.expressions[0])
        if value.type not in (Type.TEXT, Type.UNKNOWN):
            raise expressions.fault(node.expressions[0], f"{name} takes a text, not {value.type.noun}")
        return combined((value,), template.format(brought_to(value, Type.TEXT).sql), Type.TEXT)

    return write


def _coalesce(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    values = expressions.alike(node.expressions, name)
    meanings = {value.meaning for value in values if value.meaning}
    meaning = meanings.pop() if len(meanings) == 1 else None
    kind = common_type([value.type for value in values]) or Type.UNKNOWN
    return combined(values, f"coalesce({', '.join(v.sql for v in values)})", kind, meaning)


def _in_unit(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    """Write the conversion of a number into another unit (ADQL 2.1, §4.6)."""
    argument, target = node.expressions
    value = expressions.number(argument, name)
    if not (isinstance(target, exp.Literal) and target.is_string):
        raise expressions.fault(target, "The second argument of IN_UNIT must be a unit in single quotes")
    if value.meaning is None or value.meaning.unit is None:
        raise expressions.fault(argument, "IN_UNIT needs a column whose unit is known")
    try:
        factor = conversion(value.meaning.unit, target.this)
    except UnitError as e:
        raise expressions.fault(target, str(e)) from None
    value_sql = brought_to(value, Type.DOUBLE).sql
    meaning = replace(value.meaning, unit=target.this, datatype="double", arraysize=None)
    return combined((value,), f"({value_sql} * {number_sql(factor)})", Type.DOUBLE, meaning)


def _count(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    (argument,) = node.expressions
    meaning = Meaning(ucd="meta.number", datatype="long")
    if isinstance(argument, exp.Star):
        return Value("count(*)", Type.LONG, meaning)
    distinct, argument = _distinct(argument)
    value = expressions.value(argument)
    return combined((value,), f"count({distinct}{value.sql})", Type.LONG, meaning)


def _extreme(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    _, argument = _distinct(node.expressions[0])
    value = expressions.value(argument)
    if value.type is Type.ARRAY:
        raise expressions.fault(argument, f"{name} takes no arrays")
    meaning = _of_same_unit(value)
    return combined((value,), f"{name.lower()}({value.sql})", value.type, meaning)


def _average(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    distinct, argument = _distinct(node.expressions[0])
    value = expressions.number(argument, name)
    meaning = replace(_of_same_unit(value) or Meaning(), datatype="double")
    return combined((value,), f"avg({distinct}{brought_to(value, Type.DOUBLE).sql})", Type.DOUBLE, meaning)


def _sum(expressions: Writer, node: exp.Anonymous, name: str) -> Value:
    distinct, argument = _distinct(node.expressions[0])
    value = expressions.number(argument, name)
    kind = Type.LONG if value.type.is_integer else Type.DOUBLE
    engine_type = "BIGINT" if kind is Type.LONG else "DOUBLE"
    meaning = replace(_of_same_unit(value) or Meaning(), datatype=kind.value)
    return combined((value,), f"CAST(sum({distinct}{value.sql}) AS {engine_type})", kind, meaning)


def _of_same_unit(value: Value) -> Meaning | None:
    known = value.meaning
    if known is None:
        return None
    return Meaning(unit=known.unit, xtype=known.xtype, arraysize=known.arraysize, datatype=known.datatype)


def _distinct(argument: exp.Expr) -> tuple[str, exp.Expr]:
    if isinstance(argument, exp.Distinct) and len(argument.expressions) == 1:
        return "DISTINCT ", argument.expressions[0]
    return "", argument


def _table(rows: Sequence[Function]) -> dict[str, Function]:
    return {function.name: function for function in rows}


FUNCTIONS = _table(
    [
        Function("ABS", 1, 1, _keeping("abs({})")),
        Function("ACOS", 1, 1, _double("acos({})", undefined=True)),
        Function("ASIN", 1, 1, _double("asin({})", undefined=True)),
        Function("ATAN", 1, 1, _double("atan({})")),
        Function("ATAN2", 2, 2, _double("atan2({}, {})")),
        Function("AVG", 1, 1, _average, aggregate=True),
        Function("CEILING", 1, 1, _keeping("ceil({})", whole_alike=False)),
        Function("COALESCE", 1, 100, _coalesce),
        Function("COS", 1, 1, _double("cos({})", undefined=True)),
        Function("COT", 1, 1, _double("cot(nullif({}, 0))", undefined=True)),
        Function("COUNT", 1, 1, _count, aggregate=True),
        Function("DEGREES", 1, 1, _double("degrees({})")),
        Function("EXP", 1, 1, _double("exp({})")),
        Function("FLOOR", 1, 1, _keeping("floor({})", whole_alike=False)),
        Function("IN_UNIT", 2, 2, _in_unit),
        Function("LOG", 1, 1, _double("ln(nullif({}, 0))", undefined=True)),
        Function("LOG10", 1, 1, _double("log10(nullif({}, 0))", undefined=True)),
        Function("LOWER", 1, 1, _text("lower({})")),
        Function("MAX", 1, 1, _extreme, aggregate=True),
        Function("MIN", 1, 1, _extreme, aggregate=True),
        Function("MOD", 2, 2, _mod),
        Function("PI", 0, 0, _pi),
        Function("POWER", 2, 2, _double("pow({}, {})", undefined=True)),
        Function("RADIANS", 1, 1, _double("radians({})")),
        Function("RAND", 0, 1, _rand),
        Function("ROUND", 1, 2, _rounded("round")),
        Function("SIN", 1, 1, _double("sin({})", undefined=True)),
        Function("SQRT", 1, 1, _double("sqrt({})", undefined=True)),
        Function("SUM", 1, 1, _sum, aggregate=True),
        Function("TAN", 1, 1, _double("tan({})", undefined=True)),
        Function("TRUNCATE", 1, 2, _rounded("trunc")),
        Function("UPPER", 1, 1, _text("upper({})")),
    ]
)
"""Every function besides geometry, by name."""
