"""What an expression becomes: a value or a shape on the sky, as engine SQL with what is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from ..models import Column, Comparison, IdentifierFilter, Region, ResultColumn
from .datatypes import Type

__all__ = [
    "Beside",
    "Box",
    "Circle",
    "ColumnRead",
    "Containment",
    "Expression",
    "Meaning",
    "Near",
    "Outline",
    "Pairing",
    "Point",
    "Polygon",
    "Restriction",
    "Same",
    "Separation",
    "Shape",
    "Value",
    "combined",
    "name_of_shape",
    "number_sql",
    "quoted",
    "text_sql",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value stands for, in the words of VOTable."""

    unit: str | None = None
    ucd: str | None = None
    utype: str | None = None
    xtype: str | None = None
    arraysize: str | None = None
    datatype: str | None = None
    description: str = ""

    @classmethod
    def of(cls, column: Column | ResultColumn) -> Meaning:
        """Return what a column stands for."""
        return cls(
            unit=column.unit,
            ucd=column.ucd,
            utype=column.utype,
            xtype=column.xtype,
            arraysize=column.arraysize,
            datatype=column.datatype,
            description=column.description,
        )


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A value that is a scan's column, unchanged: the scan's number and the column's name.

    `alias` is the engine's name of the scan where it is read itself, and not by way of a subquery.
    """

    scan: int
    column: str
    alias: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a condition says about the rows of one scan that can matter."""

    scan: int
    region: Region | None = None
    identifiers: IdentifierFilter | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """What a condition says about two positions: that they are within a radius (degrees) of each other."""

    first: Point
    second: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Same:
    """What a condition says about columns of two scans: that they are equal.

    `keys` are whole numbers as engine SQL, which are equal too; there may be none.
    """

    first: ColumnRead
    second: ColumnRead
    keys: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """What an OR says about rows of two scans: that one reason or another holds.

    Each has its condition, and what follows from it about both of them, if anything does.
    """

    reasons: tuple[tuple[Near | Same | None, str], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as engine SQL.

    Attributes
    ----------
    sql
        An expression that can stand anywhere: an operator's is in parentheses.
    type
        The type that the engine gives it.
    meaning
        What it stands for, if it comes from a column unchanged or nearly so.
    constant
        The number or text itself, if the query's text holds it.
    read
        The scan's column, if it is nothing else.
    loose
        The first column in it that stands in no aggregate and in no term of GROUP BY.
    aggregate
        Whether it holds an aggregate of the query at hand.
    restrictions
        If it is a condition: what follows from its being true.
    pairings
        If it is a condition: what follows from its being true about rows of two scans.
    relation
        If it is what CONTAINS, INTERSECTS or DISTANCE returns: what a comparison of it is made from.
    whole
        If it is a condition: the sign with which its one restriction says all that it does, if so; along
        with `beside`.
    beside
        If it is a condition: comparisons that say all that it does, along with `whole`, if there are any.
    """

    sql: str
    type: Type
    meaning: Meaning | None = None
    constant: float | int | str | None = None
    read: ColumnRead | None = None
    loose: exp.Expr | None = None
    aggregate: bool = False
    restrictions: tuple[Restriction, ...] = ()
    pairings: tuple[Pairing, ...] = ()
    relation: Containment | Separation | None = None
    whole: str | None = None
    beside: tuple[Comparison, ...] = ()

    @property
    def is_said(self) -> bool:
        """Say whether it is a condition of which all is known without its SQL."""
        return self.whole is not None or bool(self.beside)

    @property
    def number(self) -> float | None:
        """Return the value as a number, if it is known from the text."""
        return float(self.constant) if isinstance(self.constant, (int, float)) else None

    def computed(self, sql: str, kind: Type, meaning: Meaning | None = None) -> Value:
        """Return what a function of this value is: no longer the column or the constant itself."""
        return Value(sql, kind, meaning, loose=self.loose, aggregate=self.aggregate)

    @property
    def in_order(self) -> str:
        """Return it as a term of ORDER BY; what may be a constant is hidden: the engine refuses these."""
        return self.sql if self.loose is not None or self.aggregate else f"coalesce({self.sql})"


@dataclass(frozen=True, slots=True)
class Point:
    """A position on the sky."""

    lon: Value
    lat: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the values that the shape is made of."""
        return (self.lon, self.lat)


@dataclass(frozen=True, slots=True)
class Circle:
    """All positions no further than a radius from a centre."""

    center: Point
    radius: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the values that the shape is made of."""
        return (*self.center.parts, self.radius)


@dataclass(frozen=True, slots=True)
class Box:
    """A cross of great circles through a centre, and the four great circles across its ends."""

    center: Point
    width: Value
    height: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the values that the shape is made of."""
        return (*self.center.parts, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Polygon:
    """Positions joined by great circles, and what they enclose on the smaller side; degrees."""

    vertices: tuple[tuple[float, float], ...] = field(default=())

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the values that the shape is made of: none, its vertices are numbers."""
        return ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A region that only the engine knows: a list of numbers (`outlines.py`).

    2 are a point, 3 a circle, 4 a box, 6 and more the vertices of a polygon.
    """

    numbers: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the values that the shape is made of."""
        return (self.numbers,)


@dataclass(frozen=True, slots=True)
class Containment:
    """Whether one shape lies in another, or two have a position in common: a condition.

    `whole` is as in `Value`.
    """

    condition: str
    restrictions: tuple[Restriction, ...] = ()
    pairings: tuple[Pairing, ...] = ()
    whole: str | None = None


@dataclass(frozen=True, slots=True)
class Separation:
    """How far two points are from each other."""

    first: Point
    second: Point


@dataclass(frozen=True, slots=True)
class Beside:
    """What a condition says about two shapes of rows: that they have a position in common."""

    first: Shape
    second: Shape


Pairing = Near | Same | Beside | Either
Shape = Point | Circle | Box | Polygon | Outline
Expression = Value | Point | Circle | Box | Polygon | Outline


def name_of_shape(shape: Shape) -> str:
    """Return what a sentence calls a shape."""
    return "REGION" if isinstance(shape, Outline) else type(shape).__name__.upper()


def combined(parts: Iterable[Value], sql: str, kind: Type, meaning: Meaning | None = None) -> Value:
    """Return a value computed from others."""
    loose: exp.Expr | None = None
    aggregate = False
    for part in parts:
        loose = loose or part.loose
        aggregate = aggregate or part.aggregate
    return Value(sql, kind, meaning, loose=loose, aggregate=aggregate)


def quoted(name: str) -> str:
    """Return a name as an identifier of the engine."""
    return '"' + name.replace('"', '""') + '"'


def text_sql(text: str) -> str:
    """Return a text as a literal of the engine."""
    return "'" + text.replace("'", "''") + "'"


def number_sql(number: float) -> str:
    """Return a double as a literal of the engine, negative ones in parentheses.

    The exponent makes it a double: without one the engine reads a decimal.
    """
    text = repr(float(number))
    if "e" not in text:
        text += "e0"
    return f"({text})" if text.startswith("-") else text
