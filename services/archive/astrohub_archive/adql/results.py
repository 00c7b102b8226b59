"""The answer's columns: their names, each one usable and different from the others, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from ..models import ResultColumn
from .datatypes import Type
from .sources import OutputColumn

__all__ = ["distinct_names", "name_of", "result_column"]

_LONGEST_NAME = 64
_TYPES_WITHOUT_DATATYPE = (Type.UNKNOWN, Type.ARRAY)


def name_of(node: exp.Expr, number: int) -> str:
    """Return the name of a column of a SELECT list that is given none.

    A column keeps its name, a function of one column is called after both, any other expression
    after its place.
    """
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Column):
        return str(node.name)
    if isinstance(node, exp.Anonymous):
        function = str(node.this).lower()
        argument = node.expressions[0] if len(node.expressions) == 1 else None
        if isinstance(argument, exp.Distinct) and len(argument.expressions) == 1:
            argument = argument.expressions[0]
        if isinstance(argument, exp.Star):
            return f"{function}_all"
        if isinstance(argument, exp.Column):
            return f"{function}_{argument.name}"[:_LONGEST_NAME]
        return function[:_LONGEST_NAME]
    return f"col_{number}"


def distinct_names(names: Iterable[str]) -> list[str]:
    """Return names that differ whatever the case: of equal ones the second is followed by _2."""
    given = list(names)
    reserved = {name.lower() for name in given}
    taken: set[str] = set()
    result = []
    for name in given:
        chosen = name
        number = 2
        while chosen.lower() in taken or (chosen != name and chosen.lower() in reserved):
            chosen = f"{name}_{number}"
            number += 1
        taken.add(chosen.lower())
        result.append(chosen)
    return result


def result_column(column: OutputColumn) -> ResultColumn:
    """Return what is known of a column of the answer."""
    meaning = column.meaning
    datatype = meaning.datatype if meaning else None
    arraysize = meaning.arraysize if meaning else None
    xtype = meaning.xtype if meaning else None
    if datatype is None and column.type not in _TYPES_WITHOUT_DATATYPE:
        datatype, arraysize, xtype = _datatype(column.type)
    if meaning is None:
        return ResultColumn(column.name, datatype, arraysize, xtype)
    return ResultColumn(
        name=column.name,
        datatype=datatype,
        arraysize=arraysize,
        xtype=xtype,
        unit=meaning.unit,
        ucd=meaning.ucd,
        utype=meaning.utype,
        description=meaning.description,
    )


def _datatype(kind: Type) -> tuple[str, str | None, str | None]:
    if kind is Type.TIMESTAMP:
        return "char", "*", "timestamp"
    if kind is Type.TEXT:
        return "char", "*", None
    return kind.value, None, None


def engine_names(columns: Sequence[OutputColumn]) -> list[str]:
    """Return the names of columns in the engine."""
    return [column.engine_name for column in columns]
