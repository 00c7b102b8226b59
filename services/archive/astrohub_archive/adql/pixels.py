"""The HEALPix cells (nested) that the surroundings of a position touch, as engine SQL, step by step.

Within a base pixel a position has two coordinates from 0 to 1 (Górski et al. 2005, §5.3), which change by at
most 1.46 for each radian: so the surroundings lie in a square, and a square no larger than a cell touches
those in which its corners lie. Near the edge of a base pixel, which few positions are, the cells of places
all around are taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from . import healpix
from .values import number_sql, quoted

__all__ = ["Placed", "order_for", "stored", "touched"]

_STEEPNESS = 1.5
"""By how much a coordinate within a base pixel changes at most, for each radian."""
_SLACK = 1e-9
"""Degrees, wider than any rounding."""
_EDGE = number_sql(1e-9)
"""How near to the edge of a base pixel a square may come, as a part of its width."""
_CELLS_PER_REACH = 8
"""How many times as wide as the reach of the surroundings a cell is at least: most lie in one cell."""
_LOWEST, _HIGHEST = 6, 14
"""Of lower orders cells are large enough to be curved; of higher ones there would be more than rows."""
_PLACES = 24
"""How many places around a position are looked at; the corners of cells are wider than 360 / 24 degrees."""
_BEYOND = 91
"""Degrees: positions beyond a pole lie behind it, as the formula of distances has it; up to here."""
_WIDER = 4
"""How many radii away these are: beyond the tip of any cell that reaches into the surroundings."""
_PLACE = ("lon", "lat")


@dataclass(frozen=True)
class Placed:
    """What is computed of a position: columns, step by step, and then its cells, some of them in a list."""

    steps: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()
    listed: str | None = None


def order_for(radius: float) -> int | None:
    """Return the order of the cells by which positions within a radius (degrees) meet, if there is one."""
    order = min(_HIGHEST, math.floor(-math.log2(_CELLS_PER_REACH * _reach(radius))))
    return order if order >= _LOWEST else None


def stored(cell: str, order: int) -> str:
    """Return the cell of an order in which a cell of order 29 lies."""
    return f"({cell} >> {2 * (healpix.DEEPEST - order)})"


def touched(lon: str, lat: str, *, radius: float, order: int, name: str) -> Placed:
    """Return what finds all cells of an order that positions within a radius may lie in.

    Parameters
    ----------
    lon, lat
        The position, degrees; one without a value touches none, one beyond a pole those behind it.
    radius
        Degrees.
    order
        As `order_for` says.
    name
        With which the names of all columns begin.
    """
    given = f"abs({lat}) <= {_BEYOND} AND abs({lon}) <= 1e6"
    parts = ("ra", "dec", "lon", "lat", "z", "t", "w", "u", "v", "f", "x", "y")
    it = {part: quoted(f"{name}_{part}") for part in parts}
    ends = [quoted(f"{name}_{end}") for end in ("x1", "x2", "y1", "y2")]
    steps = [
        tuple(f"CASE WHEN {given} THEN {one} END AS {it[part]}" for part, one in (("ra", lon), ("dec", lat))),
        _behind_the_pole(it),
        _on_the_sphere(it),
        _lines(it),
        _in_base_pixel(it),
        _corners(it, ends, _reach(radius), order),
    ]
    for shift, mask in healpix.spreading(order):
        spread = [quoted(f"{name}_{end}_{shift}") for end in ("x1", "x2", "y1", "y2")]
        steps.append(
            tuple(f"({a} | ({a} << {shift})) & {mask} AS {b}" for a, b in zip(ends, spread, strict=True))
        )
        ends = spread
    x1, x2, y1, y2 = ends
    base = f"({it['f']} << {2 * order})"
    right, above = f"{x2} <> {x1}", f"{y2} <> {y1}"
    of_corners = (
        f"[{base} + {x1} + 2 * {y1}, CASE WHEN {right} THEN {base} + {x2} + 2 * {y1} END,"
        f" CASE WHEN {above} THEN {base} + {x1} + 2 * {y2} END,"
        f" CASE WHEN {right} AND {above} THEN {base} + {x2} + 2 * {y2} END]"
    )
    around = _around(it["lon"], it["lat"], radius, order)
    cells = f"CASE WHEN {x1} IS NOT NULL THEN {of_corners} WHEN {it['f']} IS NOT NULL THEN {around} END"
    return Placed(tuple(steps), listed=cells)


def _reach(radius: float) -> float:
    """Return how far the surroundings reach in the coordinates of a base pixel."""
    return _STEEPNESS * math.radians(radius + _SLACK)


def _behind_the_pole(it: dict[str, str]) -> tuple[str, ...]:
    """Return a position as it is on the sphere, if it has been moved beyond a pole."""
    ra, dec = it["ra"], it["dec"]
    return (
        f"{ra} + CASE WHEN abs({dec}) > 90 THEN 180e0 ELSE 0e0 END AS {it['lon']}",
        f"CASE WHEN abs({dec}) > 90 THEN sign({dec}) * 180e0 - {dec} ELSE {dec} END AS {it['lat']}",
    )


def _on_the_sphere(it: dict[str, str]) -> tuple[str, ...]:
    """Return height, turns by a quarter and, for the caps around the poles, the width of a quarter."""
    lon, lat = it["lon"], it["lat"]
    sine = f"sin(radians({lat}))"
    return (
        f"{sine} AS {it['z']}",
        f"{lon} / 90e0 - 4 * floor({lon} / 360e0) AS {it['t']}",
        f"cos(radians({lat})) / sqrt((1 + abs({sine})) / 3) AS {it['w']}",
    )


def _lines(it: dict[str, str]) -> tuple[str, ...]:
    """Return the diagonals on which a position lies, in widths of a base pixel (as in `healpix.cell_of`)."""
    z, t, w = it["z"], it["t"], it["w"]
    within = f"({t} - {_quarter(t)})"
    return (
        f"CASE WHEN {_belt(z)} THEN 0.5e0 + {t} - 0.75e0 * {z} ELSE {within} * {w} END AS {it['u']}",
        f"CASE WHEN {_belt(z)} THEN 0.5e0 + {t} + 0.75e0 * {z} ELSE (1 - {within}) * {w} END AS {it['v']}",
    )


def _in_base_pixel(it: dict[str, str]) -> tuple[str, ...]:
    z, t, u, v = it["z"], it["t"], it["u"], it["v"]
    face = (
        f"CASE WHEN NOT {_belt(z)} THEN {_quarter(t)} + CASE WHEN {z} >= 0 THEN 0 ELSE 8 END"
        f" WHEN floor({u}) = floor({v}) THEN 4 + floor({u}) % 4"
        f" WHEN floor({u}) < floor({v}) THEN floor({u}) ELSE floor({v}) + 8 END"
    )
    x = f"CASE WHEN {_belt(z)} THEN {v} - floor({v}) WHEN {z} >= 0 THEN 1 - {v} ELSE {u} END"
    y = f"CASE WHEN {_belt(z)} THEN 1 - ({u} - floor({u})) WHEN {z} >= 0 THEN 1 - {u} ELSE {v} END"
    return f"TRY_CAST({face} AS BIGINT) AS {it['f']}", f"{x} AS {it['x']}", f"{y} AS {it['y']}"


def _corners(it: dict[str, str], ends: list[str], reach: float, order: int) -> tuple[str, ...]:
    """Return the first and last cell of both coordinates; none where the square reaches over an edge."""
    x, y = it["x"], it["y"]
    half, side = number_sql(reach), number_sql(float(1 << order))
    fits = " AND ".join(f"{one} - {half} > {_EDGE} AND {one} + {half} < 1 - {_EDGE}" for one in (x, y))
    numbers = [f"({one} {sign} {half})" for one in (x, y) for sign in "-+"]
    return tuple(
        f"CASE WHEN {fits} THEN CAST(floor({number} * {side}) AS BIGINT) END AS {end}"
        for number, end in zip(numbers, ends, strict=True)
    )


def _around(lon: str, lat: str, radius: float, order: int) -> str:
    """Return the cells of a position and of places all around it, as a list."""
    far = math.radians(_WIDER * (radius + _SLACK))
    sine, cosine = number_sql(math.sin(far)), number_sql(math.cos(far))
    sin_lat, cos_lat = f"sin(radians({lat}))", f"cos(radians({lat}))"
    turn = f"({number_sql(2 * math.pi / _PLACES)} * pix_a)"
    # Three coordinates of a place in the frame turned by the longitude: so a pole is like any position.
    place = (
        f"{{'w': {cosine} * {cos_lat} - {sine} * cos({turn}) * {sin_lat}, 'e': {sine} * sin({turn}),"
        f" 'n': {cosine} * {sin_lat} + {sine} * cos({turn}) * {cos_lat}}}"
    )
    positions = (
        f"list_transform(list_transform(range({_PLACES}), lambda pix_a: {place}), lambda pix_b:"
        f" {{'lon': {lon} + degrees(atan2(pix_b.e, pix_b.w)),"
        " 'lat': degrees(atan2(pix_b.n, sqrt(pix_b.w * pix_b.w + pix_b.e * pix_b.e)))})"
    )
    here = f"{{'lon': {lon}, 'lat': {lat}}}"
    cell = healpix.cell_of(order, "pix_c.lon", "pix_c.lat")
    return f"list_distinct(list_transform(list_append({positions}, {here}), lambda pix_c: {cell}))"


def _belt(z: str) -> str:
    return f"(3 * abs({z}) <= 2)"


def _quarter(turns: str) -> str:
    return f"(CASE WHEN {turns} >= 3 THEN 3e0 ELSE floor({turns}) END)"
