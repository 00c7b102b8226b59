"""Shapes on the sky as dense samples of positions: what two of them have to do with each other, by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Shape", "intersect", "random_pairs", "vectors", "within"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

_ON_BORDER = 480
_INSIDE = 300


@dataclass(frozen=True)
class Shape:
    """A shape as a query writes it: its word and its numbers in degrees."""

    word: str
    numbers: tuple[float, ...]

    @property
    def text(self) -> str:
        """Return it in words."""
        return f"{self.word} ICRS {' '.join(map(repr, self.numbers))}"

    @property
    def call(self) -> str:
        """Return it as a function of ADQL."""
        name = "POINT" if self.word == "Position" else self.word.upper()
        return f"{name}({', '.join(map(repr, self.numbers))})"

    @property
    def center(self) -> Floats:
        """Return a direction in its middle."""
        total = vectors(*np.reshape(self.numbers, (-1, 2)).T).sum(axis=0) if self.word == "Polygon" else None
        return vectors(*self.numbers[:2]) if total is None else total / np.linalg.norm(total)

    def holds(self, places: Floats) -> Truths:
        """Return which directions are in it: in a polygon, by straight lines on the plane that touches."""
        if self.word in ("Position", "Circle"):
            radius = self.numbers[2] if self.word == "Circle" else 0.0
            return _angle(places, self.center) <= radius
        ahead, x, y = _seen_from(self.center, places)
        with np.errstate(divide="ignore", invalid="ignore"):
            x, y = x / ahead, y / ahead
        if self.word == "Box":
            half_x, half_y = np.tan(np.radians(self.numbers[2:]) / 2)
            return np.asarray((ahead > 0) & (abs(x) <= half_x) & (abs(y) <= half_y))
        inside = np.zeros(len(places), dtype=bool)
        corners = np.array(self.corners()).T
        with np.errstate(divide="ignore", invalid="ignore"):
            for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
                crosses = (y1 > y) != (y2 > y)
                inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        return np.asarray(inside & (ahead > 0))

    def corners(self) -> tuple[Floats, Floats]:
        """Return its corners on the plane that touches the sky in its middle."""
        if self.word == "Box":
            x, y = np.tan(np.radians(self.numbers[2:]) / 2)
            return np.array([-x, x, x, -x]), np.array([-y, -y, y, y])
        ahead, x, y = _seen_from(self.center, vectors(*np.reshape(self.numbers, (-1, 2)).T))
        return x / ahead, y / ahead

    def border(self) -> Floats:
        """Return many directions on its border."""
        if self.word == "Position":
            return self.center[None]
        if self.word == "Circle":
            turns = np.linspace(0, 2 * np.pi, _ON_BORDER, endpoint=False)
            radius = np.radians(self.numbers[2])
            return _around(
                self.center, np.cos(radius), np.sin(radius) * np.cos(turns), np.sin(radius) * np.sin(turns)
            )
        x, y = self.corners()
        steps = np.linspace(0, 1, _ON_BORDER // len(x), endpoint=False)[:, None]
        xs, ys = ((c + steps * (np.roll(c, -1) - c)).T.ravel() for c in (x, y))
        return _around(self.center, np.ones_like(xs), xs, ys)

    def samples(self, rng: np.random.Generator) -> Floats:
        """Return directions all over it, border included."""
        border = self.border()
        between = self.center + rng.uniform(0, 1, (_INSIDE, 1)) * (rng.choice(border, _INSIDE) - self.center)
        between /= np.linalg.norm(between, axis=1)[:, None]
        return np.concatenate([border, between[self.holds(between)]])


def intersect(one: Shape, other: Shape, rng: np.random.Generator) -> bool | None:
    """Return whether two shapes have a position in common; None where samples are too far apart to tell."""
    if other.holds(one.samples(rng)).any() or one.holds(other.samples(rng)).any():
        return True
    return False if _are_apart(one, other) else None


def within(inner: Shape, outer: Shape, rng: np.random.Generator) -> bool | None:
    """Return whether a shape lies in another; None where samples are too far apart to tell."""
    held = outer.holds(inner.samples(rng))
    if not held.all():
        return False
    return True if _are_apart(inner, outer) else None


def random_pairs(count: int, rng: np.random.Generator) -> list[tuple[Shape, Shape]]:
    """Return pairs of shapes of all kinds and sizes near each other: on poles, across RA 0, anywhere."""
    pairs = []
    for number in range(count):
        size = float(10 ** rng.uniform(-3, 1.55))
        place = [
            (rng.uniform(0, 360), float(np.degrees(np.arcsin(rng.uniform(-1, 1))))),
            (0.0, rng.uniform(-80, 80)),
        ]
        place.append(
            (rng.uniform(0, 360), float(rng.choice([-1, 1])) * max(90 - 2 * size * rng.uniform(), 0))
        )
        ra, dec = place[number % 3]
        away = _around(vectors(ra, dec), 1.0, *np.tan(np.radians(size)) * rng.normal(0, 0.8, (2, 1)))
        sizes = size, size * float(10 ** rng.uniform(-0.7, 0.3))
        first, second = (
            _random(rng, *at, each) for at, each in zip(((ra, dec), _place(away[0])), sizes, strict=True)
        )
        pairs.append((first, second) if number % 2 else (second, first))
    return pairs


def vectors(ra: Any, dec: Any) -> Floats:
    """Return directions as unit vectors."""
    a, d = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)], axis=-1)


def _random(rng: np.random.Generator, ra: float, dec: float, size: float) -> Shape:
    word = rng.choice(["Position", "Circle", "Circle", "Box", "Polygon", "Polygon", "Polygon"])
    if word == "Position":
        return Shape("Position", (ra, dec))
    if word == "Circle":
        return Shape("Circle", (ra, dec, size))
    if word == "Box":
        return Shape("Box", (ra, dec, *(size * rng.uniform(0.3, 2, 2)).tolist()))
    count = rng.integers(3, 9)
    turns = 2 * np.pi * (np.arange(count) + rng.uniform(0, 0.8, count)) / count
    reach = np.tan(np.radians(min(size, 40))) * rng.uniform(0.3, 1, count)
    corners = _around(vectors(ra, dec), 1.0, reach * np.cos(turns), reach * np.sin(turns))
    places = [_place(corner) for corner in (corners if rng.uniform() < 0.5 else corners[::-1])]
    return Shape("Polygon", tuple(number for place in places for number in place))


def _are_apart(one: Shape, other: Shape) -> bool:
    """Return whether the samples of two borders are further apart than those of one are from each other."""
    first, second = one.border(), other.border()
    gap = sum(
        np.linalg.norm(border - np.roll(border, -1, axis=0), axis=1).max() for border in (first, second)
    )
    nearest = min(np.linalg.norm(second - place, axis=1).min() for place in first)
    return bool(nearest > gap)


def _place(direction: Floats) -> tuple[float, float]:
    x, y, z = direction.tolist()
    return float(np.degrees(np.arctan2(y, x)) % 360), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _angle(places: Floats, center: Floats) -> Floats:
    crossed = np.linalg.norm(np.cross(places, center), axis=-1)
    return np.asarray(np.degrees(np.arctan2(crossed, places @ center)))


def _axes(center: Floats) -> tuple[Floats, Floats]:
    ra, _ = np.radians(_place(center))
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    return east, np.cross(center, east)


def _seen_from(center: Floats, places: Floats) -> tuple[Floats, Floats, Floats]:
    east, north = _axes(center)
    return places @ center, places @ east, places @ north


def _around(center: Floats, ahead: Any, x: Any, y: Any) -> Floats:
    east, north = _axes(center)
    ahead = np.broadcast_to(ahead, np.shape(x))
    found = ahead[:, None] * center + np.asarray(x)[:, None] * east + np.asarray(y)[:, None] * north
    return np.asarray(found / np.linalg.norm(found, axis=1)[:, None])
