"""The types of values: what ADQL tells apart, and what each is to VOTable and to the engine."""

from __future__ import annotations

from enum import Enum

from ..models import Column

__all__ = ["CAST_TARGETS", "ENGINE_TYPES", "INTEGERS", "NUMBERS", "Type", "common_type", "type_of_column"]


class Type(str, Enum):
    """The type of a value. The names of numbers are VOTable's datatypes."""

    BOOLEAN = "boolean"
    SHORT = "short"
    INT = "int"
    LONG = "long"
    FLOAT = "float"
    DOUBLE = "double"
    TEXT = "char"
    TIMESTAMP = "timestamp"
    ARRAY = "array"
    UNKNOWN = "unknown"

    @property
    def is_integer(self) -> bool:
        """Say whether values are whole numbers."""
        return self in INTEGERS

    @property
    def is_number(self) -> bool:
        """Say whether one can calculate with values; NULL counts."""
        return self in NUMBERS or self is Type.UNKNOWN

    @property
    def noun(self) -> str:
        """Return what a sentence calls a value of this type."""
        if self in NUMBERS:
            return "a number"
        return {
            Type.BOOLEAN: "a condition",
            Type.TEXT: "a text",
            Type.TIMESTAMP: "a time",
            Type.ARRAY: "an array",
        }.get(self, "a value")


INTEGERS = (Type.SHORT, Type.INT, Type.LONG)
NUMBERS = (*INTEGERS, Type.FLOAT, Type.DOUBLE)

ENGINE_TYPES = {
    Type.BOOLEAN: "BOOLEAN",
    Type.SHORT: "SMALLINT",
    Type.INT: "INTEGER",
    Type.LONG: "BIGINT",
    Type.FLOAT: "FLOAT",
    Type.DOUBLE: "DOUBLE",
    Type.TEXT: "VARCHAR",
    Type.TIMESTAMP: "TIMESTAMP",
}

CAST_TARGETS = {
    "BIGINT": Type.LONG,
    "CHAR": Type.TEXT,
    "CHARACTER": Type.TEXT,
    "DOUBLE": Type.DOUBLE,
    "DOUBLE PRECISION": Type.DOUBLE,
    "FLOAT": Type.DOUBLE,
    "INT": Type.INT,
    "INTEGER": Type.INT,
    "REAL": Type.FLOAT,
    "SMALLINT": Type.SHORT,
    "TIMESTAMP": Type.TIMESTAMP,
    "VARCHAR": Type.TEXT,
}
"""What may stand after AS in CAST (ADQL 2.1, §4.5)."""

_OF_DATATYPES = {
    "bit": Type.SHORT,
    "boolean": Type.BOOLEAN,
    "unsignedByte": Type.SHORT,
    "short": Type.SHORT,
    "int": Type.INT,
    "long": Type.LONG,
    "float": Type.FLOAT,
    "double": Type.DOUBLE,
}


def type_of_column(column: Column) -> Type:
    """Return the type of a published column's values."""
    if column.datatype in ("char", "unicodeChar"):
        return Type.TIMESTAMP if column.xtype == "timestamp" else Type.TEXT
    if column.arraysize not in (None, "", "1"):
        return Type.ARRAY
    return _OF_DATATYPES.get(column.datatype, Type.UNKNOWN)


def common_type(types: list[Type]) -> Type | None:
    """Return the type to which values of several types come together; None when they do not.

    Numbers widen; a time and a text come together as a time; NULL adapts to everything.
    """
    known = {t for t in types if t is not Type.UNKNOWN}
    if len(known) <= 1:
        return next(iter(known), Type.UNKNOWN)
    if known <= set(NUMBERS):
        if known <= set(INTEGERS):
            return max(known, key=INTEGERS.index)
        if known == {Type.FLOAT, Type.SHORT}:
            return Type.FLOAT
        return Type.DOUBLE
    if known == {Type.TIMESTAMP, Type.TEXT}:
        return Type.TIMESTAMP
    return None
