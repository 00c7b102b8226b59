"""Regions whose numbers only the engine knows: one list of numbers each, taken apart by engine SQL.

How many numbers a list has says what it is: 2 a point, 3 a circle, 4 a box, 6 and more the vertices of a
polygon, as DALI 1.1, §3.3 writes them. All of them are vertices with great circles between them, and a
radius around these: a point is one vertex, a circle one with a radius.

What is computed once and used often is an element of a list of one, as in `healpix.py`; `geo_…` are names
inside it. Directions are unit vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import spherical
from .values import number_sql, text_sql

__all__ = [
    "TOUCHING",
    "angle",
    "border",
    "bound",
    "corners",
    "direction",
    "inside",
    "known_outline",
    "outline",
    "unit",
]

TOUCHING = 1e-10
"""Degrees that something may be beyond a border and still on it: a third of a microarcsecond."""

_EDGE = "STRUCT(a DOUBLE[3], b DOUBLE[3], n DOUBLE[3], l DOUBLE, u DOUBLE[3], w DOUBLE[3])"
_OUTLINE = f"STRUCT(v DOUBLE[3][], r DOUBLE, e {_EDGE}[], m DOUBLE[3], s DOUBLE, is_wide BOOLEAN)"


def bound(name: str, value: str, body: str) -> str:
    """Return an expression in which a name stands for a value."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def outline(numbers: str) -> str:
    """Return a list of numbers as a structure; NULL if it is no region.

    `v` are its vertices (none, if there are no numbers), `e` its edges, `r` the radius around them in
    degrees, `is_wide` whether there are several vertices; `m` is a direction and `s` an angle in degrees,
    of a circle that holds it all. An edge has its ends `a` and `b`, its normal `n` of length `l`, and
    directions along it, `u` from its beginning and `w` from its end.
    """
    # Each step stands in the place of the next one's value: the engine takes long over steps inside steps.
    flat = f"CASE WHEN {_is_region('geo_l')} THEN {_without_box('geo_l')} WHEN len(geo_l) = 0 THEN geo_l END"
    vertices = (
        "list_transform(range(0, CASE WHEN len(geo_f) BETWEEN 1 AND 5 THEN 1 ELSE len(geo_f) // 2 END),"
        f" lambda geo_i: {direction('geo_f[2 * geo_i + 1]', 'geo_f[2 * geo_i + 2]')})"
    )
    first = f"{{'v': {vertices}, 'r': CASE WHEN len(geo_f) = 3 THEN geo_f[3] ELSE 0e0 END}}"
    second = f"{{'v': geo_o.v, 'r': geo_o.r, 'd': {_ends('geo_o.v')}, 'm': {unit(_sum('geo_o.v'))}}}"
    edges = f"list_transform(geo_o.d, lambda geo_d: {_edge('geo_d')})"
    spread = f"list_max(list_transform(geo_o.v, lambda geo_x: {angle('geo_x', 'geo_o.m')}))"
    third = f"{{'v': geo_o.v, 'r': geo_o.r, 'e': {edges}, 'm': geo_o.m, 's': {spread}}}"
    whole = (
        "{'v': geo_o.v, 'r': geo_o.r, 'e': geo_o.e, 'm': geo_o.m, 's': geo_o.s + geo_o.r,"
        " 'is_wide': len(geo_o.v) > 1}"
    )
    # A polygon that does not fit into half of the sky has no inside that could be told from its outside.
    fitting = f"CASE WHEN len(geo_o.v) <= 1 OR geo_o.s < 90 THEN {whole} END"
    found = bound("geo_f", bound("geo_l", numbers, flat), first)
    for step in (second, third, fitting):
        found = bound("geo_o", found, step)
    return found


def known_outline(vertices: Sequence[tuple[float, float]]) -> str:
    """Return the structure of a polygon of numbers: one word to the engine, which has nothing to compute."""
    directions = [spherical.unit_vector(*vertex) for vertex in vertices]
    middle = spherical.middle(directions)
    assert middle is not None  # POLYGON has been refused otherwise
    edges = []
    for start, end in zip(directions, [*directions[1:], directions[0]], strict=True):
        normal = spherical.cross(start, end)
        parts = {"a": start, "b": end, "n": normal, "l": spherical.dot(normal, normal) ** 0.5}
        parts |= {"u": spherical.cross(normal, start), "w": spherical.cross(end, normal)}
        edges.append(_literal(parts))
    spread = max(spherical.separation(middle, one) for one in directions)
    listed = ", ".join(_literal(one) for one in directions)
    said = (
        f"{{'v': [{listed}], 'r': 0, 'e': [{', '.join(edges)}], 'm': {_literal(middle)}, 's': {spread!r},"
        " 'is_wide': true}"
    )
    return f"CAST({text_sql(said)} AS {_OUTLINE})"


def corners(numbers: str) -> str:
    """Return the corners of a box, given as a list of four numbers, as a list of eight (ADQL 2.1, §4.2.6)."""
    lat = f"radians({numbers}[2])"
    east, north = (f"(geo_b[{axis}] * tan(radians({numbers}[{axis + 2}]) / 2))" for axis in (1, 2))
    ahead = f"(cos({lat}) - {north} * sin({lat}))"
    up = f"(sin({lat}) + {north} * cos({lat}))"
    lon = f"({numbers}[1] + degrees(atan2({east}, {ahead})))"
    place = (
        f"[{lon} - 360 * floor({lon} / 360), degrees(atan2({up}, sqrt(pow({ahead}, 2) + pow({east}, 2))))]"
    )
    signs = "[[-1, -1], [1, -1], [1, 1], [-1, 1]]"
    return f"flatten(list_transform({signs}, lambda geo_b: {place}))"


def direction(lon: str, lat: str) -> str:
    """Return a position in degrees as a unit vector."""
    a, d = f"radians({lon})", f"radians({lat})"
    return f"array_value(cos({d}) * cos({a}), cos({d}) * sin({a}), sin({d}))"


def unit(vector: str) -> str:
    """Return a vector's direction; that of the north pole, if it has none."""
    length = "sqrt(array_inner_product(geo_u, geo_u))"
    axes = ", ".join(f"geo_u[{axis}] / {length}" for axis in (1, 2, 3))
    some = f"array_inner_product(geo_u, geo_u) > {number_sql(1e-24)}"
    return bound(
        "geo_u", vector, f"CASE WHEN {some} THEN array_value({axes}) ELSE array_value(0e0, 0e0, 1e0) END"
    )


def angle(one: str, other: str) -> str:
    """Return the angle between two directions in degrees."""
    half = f"array_distance({one}, {other}) / 2"
    return f"degrees(2 * asin(CASE WHEN {half} > 1 THEN 1e0 ELSE {half} END))"


def to_edge(place: str, edge: str) -> str:
    """Return how far a direction is from an edge, in degrees."""
    beside = f"array_inner_product({edge}.u, {place}) > 0 AND array_inner_product({edge}.w, {place}) > 0"
    height = f"abs(array_inner_product({edge}.n, {place})) / {edge}.l"
    across = f"degrees(asin(CASE WHEN {height} > 1 THEN 1e0 ELSE {height} END))"
    ends = f"least({angle(place, f'{edge}.a')}, {angle(place, f'{edge}.b')})"
    return f"CASE WHEN {beside} THEN {across} ELSE {ends} END"


def border(place: str, region: str) -> str:
    """Return how far a direction is from the border of a region without its radius, in degrees."""
    return f"list_min(list_transform({region}.e, lambda geo_e: {to_edge(place, 'geo_e')}))"


def inside(place: str, region: str) -> str:
    """Return whether a direction is enclosed by a polygon: whether the border winds around it."""
    turn = (
        f"atan2(array_inner_product(geo_e.n, {place}), array_inner_product(geo_e.a, geo_e.b)"
        f" - array_inner_product(geo_e.a, {place}) * array_inner_product(geo_e.b, {place}))"
    )
    winding = f"list_sum(list_transform({region}.e, lambda geo_e: {turn}))"
    return f"(array_inner_product({place}, {region}.m) > 0 AND abs({winding}) > pi())"


def _is_region(numbers: str) -> str:
    """Return whether a list is of numbers only, as many as a region has, each in its range."""
    count = f"len({numbers})"
    return (
        f"list_count({numbers}) = {count} AND isfinite(list_sum({numbers}))"
        f" AND ({count} BETWEEN 2 AND 4 OR ({count} >= 6 AND {count} % 2 = 0))"
        f" AND ({count} <> 3 OR {numbers}[3] >= 0)"
        f" AND ({count} <> 4 OR ({numbers}[3] >= 0 AND {numbers}[3] < 180"
        f" AND {numbers}[4] >= 0 AND {numbers}[4] < 180))"
    )


def _without_box(numbers: str) -> str:
    return f"CASE WHEN len({numbers}) = 4 THEN {corners(numbers)} ELSE {numbers} END"


def _ends(vertices: str) -> str:
    """Return the ends of the great circles from each vertex to the next, the last one to the first."""
    return (
        f"list_transform(range(1, len({vertices}) + 1), lambda geo_i: {{'a': {vertices}[geo_i],"
        f" 'b': {vertices}[geo_i % len({vertices}) + 1]}})"
    )


def _edge(ends: str) -> str:
    """Return an edge of its ends."""
    whole = (
        "{'a': geo_h.a, 'b': geo_h.b, 'n': geo_h.n, 'l': sqrt(array_inner_product(geo_h.n, geo_h.n)),"
        " 'u': array_cross_product(geo_h.n, geo_h.a), 'w': array_cross_product(geo_h.b, geo_h.n)}"
    )
    with_normal = f"{{'a': {ends}.a, 'b': {ends}.b, 'n': array_cross_product({ends}.a, {ends}.b)}}"
    return bound("geo_h", with_normal, whole)


def _sum(vertices: str) -> str:
    sums = (
        f"coalesce(list_sum(list_transform({vertices}, lambda geo_x: geo_x[{axis}])), 0e0)"
        for axis in (1, 2, 3)
    )
    return f"array_value({', '.join(sums)})"


def _literal(value: spherical.Vector | Mapping[str, spherical.Vector | float]) -> str:
    """Return numbers as the engine reads them in a text."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(repr, value))}]"
    said = (f"'{key}': {_literal(v) if isinstance(v, tuple) else repr(v)}" for key, v in value.items())
    return f"{{{', '.join(said)}}}"
