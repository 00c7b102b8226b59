"""Whether two regions have something in common, or one lies in the other, as conditions of engine SQL.

A side is known as a disc, a point among them, or by its outline only (`outlines.py`): what is known of it
leaves the engine less to understand.
"""

from __future__ import annotations

from dataclasses import dataclass

from .outlines import TOUCHING, angle, border, bound, direction, inside, unit
from .values import number_sql

__all__ = ["Disc", "Side", "is_within", "overlap"]

_ON = number_sql(TOUCHING)
_CROSSING = number_sql(1e-13)
"""By how much (radians) two edges must cross: less is not told from rounding."""


@dataclass(frozen=True)
class Disc:
    """A circle, or with radius 0 a point, as engine SQL of numbers in degrees."""

    lon: str
    lat: str
    radius: str


Side = Disc | str
"""A disc, or the outline of a region as engine SQL."""


def overlap(first: Side, second: Side) -> str:
    """Return the condition that two regions have a position in common.

    They do if the vertices and edges come as near to each other as the radii around them, if edges
    cross, or if the one lies in the other.
    """
    if isinstance(first, Disc):
        first, second = second, first
    assert isinstance(first, str)  # two discs are compared without outlines
    if isinstance(second, Disc):
        near = f"{border('geo_r.c', 'geo_r.p')} <= geo_r.p.r + geo_r.d + {_ON}"
        return _of_disc(first, second, f"{near} OR {inside('geo_r.c', 'geo_r.p')}")
    reach = f"geo_r.p.r + geo_r.q.r + {_ON}"
    condition = (
        f"{_nearest('p', 'q')} <= {reach} OR {_nearest('q', 'p')} <= {reach} OR {_crossing()}"
        f" OR {inside('geo_r.p.v[1]', 'geo_r.q')} OR {inside('geo_r.q.v[1]', 'geo_r.p')}"
    )
    return _of_both(first, second, condition)


def is_within(inner: Side, outer: Side) -> str:
    """Return the condition that a region lies in another; borders may touch."""
    if isinstance(outer, Disc):
        assert isinstance(inner, str)  # two discs are compared without outlines
        return _of_disc(inner, outer, _in_disc("geo_r.c", "geo_r.d"))
    if isinstance(inner, Disc):
        small = f"geo_r.p.r >= geo_r.d AND {angle('geo_r.c', 'geo_r.p.v[1]')} + geo_r.d <= geo_r.p.r + {_ON}"
        around = _disc_in("geo_r.c", "geo_r.d", "geo_r.p")
        return _of_disc(outer, inner, f"CASE WHEN geo_r.p.is_wide THEN {around} ELSE ({small}) END")
    around = _disc_in("geo_r.p.v[1]", "geo_r.p.r", "geo_r.q")
    middles = (
        "list_transform(geo_r.p.e, lambda geo_e: "
        + unit(f"array_value({', '.join(f'geo_e.a[{axis}] + geo_e.b[{axis}]' for axis in (1, 2, 3))})")
        + ")"
    )
    places = f"list_concat(geo_r.p.v, {middles})"
    outside = f"list_filter({places}, lambda geo_x: NOT {_in_or_on('geo_x', 'geo_r.q')})"
    polygon = f"len({outside}) = 0 AND NOT {_crossing()}"
    in_polygon = f"CASE WHEN geo_r.p.is_wide THEN {polygon} ELSE {around} END"
    in_disc = _in_disc("geo_r.q.v[1]", "geo_r.q.r")
    return _of_both(inner, outer, f"CASE WHEN geo_r.q.is_wide THEN {in_polygon} ELSE {in_disc} END")


def _of_disc(region: str, disc: Disc, condition: str) -> str:
    """Return a condition on a region, `geo_r.p`, and a disc around `geo_r.c` with the radius `geo_r.d`."""
    center = f"CASE WHEN isfinite({disc.lon} + {disc.lat}) THEN {direction(disc.lon, disc.lat)} END"
    known = f"{{'p': {region}, 'c': {center}, 'd': CASE WHEN {disc.radius} >= 0 THEN {disc.radius} END}}"
    apart = f"{angle('geo_r.p.m', 'geo_r.c')} > geo_r.p.s + geo_r.d + {_ON}"
    whole = (
        "CASE WHEN geo_r.p IS NULL OR geo_r.c IS NULL OR geo_r.d IS NULL THEN NULL"
        f" WHEN len(geo_r.p.v) = 0 OR {apart} THEN FALSE ELSE ({condition}) END"
    )
    return bound("geo_r", known, whole)


def _of_both(first: str, second: str, condition: str) -> str:
    """Return a condition on two regions, `geo_r.p` and `geo_r.q`; regions far apart are told at once."""
    apart = f"{angle('geo_r.p.m', 'geo_r.q.m')} > geo_r.p.s + geo_r.q.s + {_ON}"
    whole = (
        "CASE WHEN geo_r.p IS NULL OR geo_r.q IS NULL THEN NULL"
        f" WHEN len(geo_r.p.v) = 0 OR len(geo_r.q.v) = 0 OR {apart} THEN FALSE ELSE ({condition}) END"
    )
    return bound("geo_r", f"{{'p': {first}, 'q': {second}}}", whole)


def _nearest(one: str, other: str) -> str:
    """Return how near the vertices of a region come to the edges of another, in degrees."""
    distance = border("geo_x", f"geo_r.{other}")
    return f"list_min(list_transform(geo_r.{one}.v, lambda geo_x: {distance}))"


def _in_disc(center: str, radius: str) -> str:
    """Return whether the region `geo_r.p` lies in a disc.

    In one of less than half the sky it does if its vertices do; any other one it must keep away from what
    the disc leaves out.
    """
    farthest = f"list_max(list_transform(geo_r.p.v, lambda geo_x: {angle('geo_x', center)}))"
    opposite = f"array_value({', '.join(f'-{center}[{axis}]' for axis in (1, 2, 3))})"
    clear = f"{border('geo_a', 'geo_r.p')} >= 180 - {radius} - {_ON} AND NOT {inside('geo_a', 'geo_r.p')}"
    return (
        f"{radius} >= 180 OR CASE WHEN geo_r.p.is_wide AND {radius} >= 90"
        f" THEN {bound('geo_a', opposite, clear)} ELSE {farthest} + geo_r.p.r <= {radius} + {_ON} END"
    )


def _disc_in(center: str, radius: str, region: str) -> str:
    """Return whether a disc lies in a polygon."""
    held = f"{inside(center, region)} AND {border(center, region)} >= {radius} - {_ON}"
    return f"CASE WHEN {radius} = 0 THEN {_in_or_on(center, region)} ELSE {held} END"


def _in_or_on(place: str, region: str) -> str:
    return f"({inside(place, region)} OR {border(place, region)} <= {_ON})"


def _crossing() -> str:
    """Return whether an edge of one region crosses an edge of the other.

    Two arcs do if the four triangles of three of their ends, taken in turn, all go around the same way.
    """

    def height(edge: str, end: str, sign: str = "") -> str:
        return f"{sign}array_inner_product({edge}.n, {end}) / {edge}.l"

    turns = ", ".join(
        (
            height("geo_e", "geo_k.a", "-"),
            height("geo_k", "geo_e.b", "-"),
            height("geo_e", "geo_k.b"),
            height("geo_k", "geo_e.a"),
        )
    )
    same = f"least({turns}) > {_CROSSING} OR greatest({turns}) < -{_CROSSING}"
    meets = f"geo_e.l > 0 AND geo_k.l > 0 AND ({same})"
    crossed = f"list_filter(geo_r.q.e, lambda geo_k: {meets})"
    found = f"list_filter(geo_r.p.e, lambda geo_e: len({crossed}) > 0)"
    return f"(geo_r.p.is_wide AND geo_r.q.is_wide AND len({found}) > 0)"
