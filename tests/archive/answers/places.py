"""Geometry in generated queries: shapes, with no position so near to their borders that rounding decides."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import sky
from .tables import SmallTable
from .trees import Term

__all__ = ["Place", "geometric_condition", "geometric_value", "near"]

_RADII = (0.00005, 0.001, 0.5, 3.0, 15.0, 29.0)
_CENTERS = ((0.0, 90.0), (10.0, -89.5), (0.0, 0.0), (359.9, 0.05), (45.0, 45.0), (180.0, 0.0), (200.0, -30.0))


@dataclass(frozen=True)
class Place:
    """The positions of a table that stands in FROM under an alias; `key` is a column that tells its rows."""

    alias: str
    table: SmallTable

    @property
    def terms(self) -> tuple[Term, Term]:
        """Return its two columns."""
        lon, lat = self.table.position
        return Term("col", (self.alias, lon), "dbl"), Term("col", (self.alias, lat), "dbl")

    @property
    def key(self) -> Term:
        """Return the column that tells its rows apart."""
        return Term("col", (self.alias, self.table.columns[0].name), "int")


def _number(value: float) -> Term:
    return Term("lit", (value,), "dbl")


def _circle(dice: random.Random, place: Place) -> tuple[Term, Term, Term] | None:
    lon, lat = dice.choice(_CENTERS)
    radius = dice.choice(_RADII)
    apart = sky.separations(place.table.positions(), np.array([[lon, lat]]))
    return (_number(lon), _number(lat), _number(radius)) if sky.clear_of(apart, radius) else None


def near(dice: random.Random, one: Place, other: Place) -> Term | None:
    """Return the condition that the positions of two tables are near each other."""
    radius = dice.choice(_RADII[:4])
    if not sky.clear_of(sky.separations(one.table.positions(), other.table.positions()), radius):
        return None
    op = dice.choice(["in_circle", "nearer", "circle_meets", "in_old_circle"])
    return Term(op, (*one.terms, *other.terms, _number(radius)), "bool")


def geometric_condition(dice: random.Random, places: Sequence[Place]) -> Term | None:
    """Return a condition on the position of one table, or on those of two."""
    if not places:
        return None
    place = dice.choice(places)
    if len(places) > 1 and dice.random() < 0.3:
        return near(dice, place, dice.choice([p for p in places if p is not place]))
    if dice.random() < 0.4:
        op = dice.choice(["in_shape", "out_of_shape", "shape_meets"])
        return _in_shape(dice, place, op, "bool")
    circle = _circle(dice, place)
    if circle is None:
        return None
    choice = dice.randrange(8)
    if choice < 6:
        op = ("in_circle", "nearer", "farther", "circle_meets", "out_of_circle", "in_old_circle")[choice]
        return Term(op, (*place.terms, *circle), "bool")
    return _circles(dice, place, circle, ("circles_meet", "circle_in_circle")[choice - 6])


def _circles(dice: random.Random, place: Place, circle: tuple[Term, Term, Term], op: str) -> Term | None:
    small = dice.choice([0.01, 1.25])
    radius = circle[2].args[0]
    reach = radius + small if op == "circles_meet" else radius - small
    center = np.array([[circle[0].args[0], circle[1].args[0]]])
    if not sky.clear_of(sky.separations(place.table.positions(), center), reach):
        return None
    return Term(op, (*place.terms, _number(small), *circle), "bool")


def geometric_value(dice: random.Random, places: Sequence[Place], kind: str) -> Term | None:
    """Return a number that geometry gives: a flag (int), or a distance, an area, a coordinate (dbl)."""
    if not places:
        return None
    place = dice.choice(places)
    if kind == "int":
        if dice.random() < 0.5:
            return _in_shape(dice, place, "shape_flag", "int")
        circle = _circle(dice, place)
        return Term("circle_flag", (*place.terms, *circle), "int") if circle else None
    choice = dice.randrange(6)
    if choice < 3:
        other = dice.choice(places)
        target = other.terms if other is not place else tuple(map(_number, dice.choice(_CENTERS)))
        op = dice.choice(["distance", "distance_points"])
        return Term(op, (*place.terms, *target), kind)
    if choice == 3:
        return Term("area_circle", (*place.terms, _number(dice.choice([0.5, 30.0, 90.0]))), kind)
    if choice == 4:
        return Term(dice.choice(["coord1", "coord2"]), place.terms, kind)
    shape, corners = _polygon(dice)
    return Term("area", (shape, sky.polygon_area(corners)), kind)


def _in_shape(dice: random.Random, place: Place, op: str, kind: str) -> Term | None:
    """Return a relation to a box or a polygon; which rows it holds for is found by numpy here and now."""
    shape, inside = dice.choice([_box_around, _polygon_around])(dice, place)
    if inside is None:
        return None
    keys = [row[0] for row, is_inside in zip(place.table.rows, inside, strict=True) if is_inside]
    listed = f"ARRAY[{', '.join(map(str, keys))}]::bigint[]"
    return Term(op, (*place.terms, shape, place.key, listed), kind)


def _box_around(dice: random.Random, place: Place) -> tuple[str, np.ndarray | None]:
    lon, lat = dice.choice(_CENTERS)
    width, height = dice.choice([(0.5, 0.25), (10.0, 4.0), (60.0, 30.0), (120.0, 90.0)])
    text = dice.choice(
        [f"BOX({lon}, {lat}, {width}, {height})", f"BOX(POINT({lon}, {lat}), {width}, {height})"]
    )
    return text, sky.in_box(place.table.positions(), (lon, lat, width, height))


def _polygon_around(dice: random.Random, place: Place) -> tuple[str, np.ndarray | None]:
    shape, corners = _polygon(dice)
    return shape, sky.in_polygon(place.table.positions(), corners)


def _polygon(dice: random.Random) -> tuple[str, np.ndarray]:
    """Return a convex polygon around one of the places that are looked at, as text and as corners."""
    lon, lat = dice.choice(_CENTERS)
    lat = min(lat, 89.99)  # from the pole itself, every direction is south
    count, size = dice.randint(3, 6), dice.choice([1.0, 10.0, 40.0])
    angles = sorted(dice.uniform(0, 2 * np.pi / count) + 2 * np.pi * n / count for n in range(count))
    if dice.random() < 0.5:
        angles.reverse()
    corners = np.array([_around(lon, lat, size, angle) for angle in angles]).round(6)
    numbers = ", ".join(f"{float(x)!r}" for corner in corners for x in corner)
    return f"POLYGON({numbers})", corners


def _around(lon: float, lat: float, size: float, angle: float) -> tuple[float, float]:
    """Return the position at a distance and a position angle from another."""
    a, d, s = np.radians(lon), np.radians(lat), np.radians(size)
    sin_lat = np.clip(np.sin(d) * np.cos(s) + np.cos(d) * np.sin(s) * np.cos(angle), -1, 1)
    east = np.arctan2(np.sin(angle) * np.sin(s) * np.cos(d), np.cos(s) - np.sin(d) * sin_lat)
    return float(np.degrees(a + east) % 360), float(np.degrees(np.arcsin(sin_lat)))
