"""HEALPix in engine SQL: the cell of a position, the centre of a cell (nested; Górski et al. 2005).

Each step is one `list_transform` over a list of one element: what a step computes is written once,
however often the next one needs it. A position without a value, or outside of the sphere, is in no cell.
"""

from __future__ import annotations

import math

from .values import number_sql

__all__ = ["DEEPEST", "cell_of", "center_of", "spreading"]

DEEPEST = 29
"""The highest order: its cells are 0.4 milliarcseconds wide."""

_SPREADING = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
"""By how many bits each half of a number moves up, and which bits it then occupies."""

_RINGS = "[2::BIGINT, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4]"
_TURNS = "[1::BIGINT, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7]"


def cell_of(order: int, lon: str, lat: str) -> str:
    """Return the number of the cell in which a position (degrees) lies."""
    side = number_sql(float(1 << order))
    last = (1 << order) - 1
    position = (
        f"CASE WHEN abs({lat}) <= 90 AND abs({lon}) <= 1e6 THEN {{'z': sin(radians({lat})),"
        f" 'c': cos(radians({lat})), 't': ({lon}) / 90e0 - 4 * floor(({lon}) / 360e0)}} END"
    )
    # Diagonal lines are counted: over the whole belt around the equator, or within a quarter of a cap.
    quarter = "CASE WHEN hpx_a.t >= 3 THEN 3e0 ELSE floor(hpx_a.t) END"
    width = f"({side} * hpx_a.c / sqrt((1 + abs(hpx_a.z)) / 3))"
    lines = (
        f"{{'belt': 3 * abs(hpx_a.z) <= 2, 'north': hpx_a.z >= 0, 'q': CAST({quarter} AS BIGINT),"
        f" 'p': CAST(floor(CASE WHEN 3 * abs(hpx_a.z) <= 2 THEN {side} * (0.5e0 + hpx_a.t - 0.75e0 * hpx_a.z)"
        f" ELSE (hpx_a.t - {quarter}) * {width} END) AS BIGINT),"
        f" 'm': CAST(floor(CASE WHEN 3 * abs(hpx_a.z) <= 2 THEN {side} * (0.5e0 + hpx_a.t + 0.75e0 * hpx_a.z)"
        f" ELSE (1 - hpx_a.t + {quarter}) * {width} END) AS BIGINT)}}"
    )
    p, m = (f"(CASE WHEN hpx_b.{name} > {last} THEN {last} ELSE hpx_b.{name} END)" for name in "pm")
    face = (
        f"CASE WHEN NOT hpx_b.belt THEN CASE WHEN hpx_b.north THEN hpx_b.q ELSE hpx_b.q + 8 END"
        f" WHEN hpx_b.p >> {order} = hpx_b.m >> {order} THEN (hpx_b.p >> {order}) | 4"
        f" WHEN hpx_b.p >> {order} < hpx_b.m >> {order} THEN hpx_b.p >> {order}"
        f" ELSE (hpx_b.m >> {order}) + 8 END"
    )
    x = f"CASE WHEN hpx_b.belt THEN hpx_b.m & {last} WHEN hpx_b.north THEN {last} - {m} ELSE {p} END"
    y = (
        f"CASE WHEN hpx_b.belt THEN {last} - (hpx_b.p & {last})"
        f" WHEN hpx_b.north THEN {last} - {p} ELSE {m} END"
    )
    spread = f"[{x}, {y}]"
    for bits, mask in spreading(order):
        spread = f"list_transform({spread}, lambda hpx_v: (hpx_v | (hpx_v << {bits})) & {mask})"
    cell = f"(({face}) << {2 * order}) + list_reduce({spread}, lambda hpx_v, hpx_w: hpx_v + 2 * hpx_w)"
    return f"list_transform(list_transform([{position}], lambda hpx_a: {lines}), lambda hpx_b: {cell})[1]"


def center_of(order: int, cell: str) -> str:
    """Return the centre of a cell as a list of two numbers, in degrees; NULL if there is no such cell."""
    side = 1 << order
    number = f"CASE WHEN {cell} BETWEEN 0 AND {12 * side * side - 1} THEN CAST({cell} AS BIGINT) END"
    halves = f"{{'f': hpx_a >> {2 * order}, 'v': {_gathered(order)}}}"
    ring = (
        "{'f': hpx_b.f, 'd': hpx_b.v[1] - hpx_b.v[2],"
        f" 'r': {_RINGS}[hpx_b.f + 1] * {side} - hpx_b.v[1] - hpx_b.v[2] - 1}}"
    )
    turned = (
        f"{{'r': hpx_c.r, 'd': hpx_c.d, 't': {_TURNS}[hpx_c.f + 1],"
        f" 'n': CASE WHEN hpx_c.r < {side} THEN hpx_c.r"
        f" WHEN hpx_c.r > {3 * side} THEN {4 * side} - hpx_c.r ELSE {side} END}}"
    )
    root = number_sql(side * math.sqrt(6.0))
    lat = (
        f"CASE WHEN hpx_d.r < {side} THEN 90 - degrees(2 * asin(hpx_d.n / {root}))"
        f" WHEN hpx_d.r > {3 * side} THEN degrees(2 * asin(hpx_d.n / {root})) - 90"
        f" ELSE degrees(asin(({2 * side} - hpx_d.r) * 2e0 / {3 * side})) END"
    )
    eighths = "(hpx_d.t * hpx_d.n + hpx_d.d)"
    lon = f"45e0 * (CASE WHEN {eighths} < 0 THEN {eighths} + 8 * hpx_d.n ELSE {eighths} END) / hpx_d.n"
    written = f"[{number}]"
    for name, step in (("a", halves), ("b", ring), ("c", turned), ("d", f"[{lon}, {lat}]")):
        written = f"list_transform({written}, lambda hpx_{name}: {step})"
    return f"{written}[1]"


def _gathered(order: int) -> str:
    """Return the two numbers whose bits alternate in the last bits of a cell's number."""
    steps = list(reversed(spreading(order)))
    masks = [mask for _, mask in steps] + [(1 << order) - 1]
    within = f"(hpx_a & {(1 << 2 * order) - 1})"
    packed = f"[{within} & {masks[0]}, ({within} >> 1) & {masks[0]}]"
    for (bits, _), mask in zip(steps, masks[1:], strict=True):
        packed = f"list_transform({packed}, lambda hpx_v: (hpx_v | (hpx_v >> {bits})) & {mask})"
    return packed


def spreading(order: int) -> list[tuple[int, int]]:
    """Return by how much, and to which bits, a number of `order` bits is spread, step by step."""
    return [(bits, mask) for bits, mask in _SPREADING if bits < order]
