"""Stars at another epoch: straight motion through space, in engine SQL (ESA SP-1200, vol. 1, §1.5.5).

In the frame that is turned by the star's right ascension, its direction at the first epoch is
(cos dec, 0, sin dec), and at the other one w along the first axis, e along the second, n along the third.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .shapes import double
from .values import Value, number_sql

__all__ = ["Motion", "moved_position", "moved_star"]

_MAS = number_sql(math.radians(1 / 3_600_000))
_PER_MAS = number_sql(math.degrees(1) * 3_600_000)
_AU = number_sql(4.740470446)
"""One astronomical unit in km yr/s."""


@dataclass(frozen=True)
class Motion:
    """A star as its catalogue gives it: degrees, mas, mas/yr, km/s; epochs in years."""

    ra: Value
    dec: Value
    parallax: Value | None
    pmra: Value
    pmdec: Value
    velocity: Value | None
    reference: Value
    wanted: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the values that the star is made of."""
        given = (self.ra, self.dec, self.parallax, self.pmra, self.pmdec, self.velocity)
        return (*(value for value in given if value is not None), self.reference, self.wanted)


def moved_position(star: Motion) -> tuple[str, str]:
    """Return right ascension and declination at the wanted epoch; a motion without a value counts as none."""
    w, e, n = _moved(star)
    lon = f"({double(star.ra)} + degrees(atan2({e}, {w})))"
    return f"({lon} - 360 * floor({lon} / 360))", f"degrees(atan2({n}, sqrt({w} * {w} + {e} * {e})))"


def moved_star(star: Motion) -> str:
    """Return all six parameters at the wanted epoch, as an array."""
    w, e, n = _moved(star)
    east, north, away, years = _rates(star)
    dec = f"radians({double(star.dec)})"
    first = (
        f"{{'w': {w}, 'e': {e}, 'n': {n}, 'a': {east}, 'd': {north}, 'r': {away}, 't': {years},"
        f" 's': sin({dec}), 'c': cos({dec}), 'ra': {double(star.ra)}, 'p': {_or_null(star.parallax)},"
        f" 'v': {_or_null(star.velocity)}}}"
    )
    m2 = "(epo_a.a * epo_a.a + epo_a.d * epo_a.d)"
    scale = "(1 + epo_a.r * epo_a.t)"
    second = (
        "{'a': epo_a, 'f': 1 / sqrt(epo_a.w * epo_a.w + epo_a.e * epo_a.e + epo_a.n * epo_a.n),"
        " 'l': atan2(epo_a.e, epo_a.w),"
        " 'b': atan2(epo_a.n, sqrt(epo_a.w * epo_a.w + epo_a.e * epo_a.e)),"
        f" 'x': -epo_a.d * epo_a.s * {scale} - epo_a.c * {m2} * epo_a.t, 'y': epo_a.a * {scale},"
        f" 'z': epo_a.d * epo_a.c * {scale} - epo_a.s * {m2} * epo_a.t,"
        f" 'q': epo_a.r + ({m2} + epo_a.r * epo_a.r) * epo_a.t}}"
    )
    cubed = f"epo_b.f * epo_b.f * epo_b.f * {_PER_MAS}"
    lon = "(epo_b.a.ra + degrees(epo_b.l))"
    parts = (
        f"{lon} - 360 * floor({lon} / 360)",
        "degrees(epo_b.b)",
        "epo_b.a.p * epo_b.f",
        f"(epo_b.y * cos(epo_b.l) - epo_b.x * sin(epo_b.l)) * {cubed}",
        "(epo_b.z * cos(epo_b.b) - sin(epo_b.b) * (epo_b.x * cos(epo_b.l) + epo_b.y * sin(epo_b.l)))"
        f" * {cubed}",
        "CASE WHEN epo_b.a.v IS NULL OR epo_b.a.p > 0 THEN"
        f" epo_b.q * epo_b.f * epo_b.f * {_AU} * {_PER_MAS} / nullif(epo_b.a.p * epo_b.f, 0)"
        " ELSE epo_b.a.v END",
    )
    steps = f"list_transform([{first}], lambda epo_a: {second})"
    return f"CAST(list_transform({steps}, lambda epo_b: [{', '.join(parts)}])[1] AS DOUBLE[6])"


def _rates(star: Motion) -> tuple[str, str, str, str]:
    """Return proper motion in radians a year, relative motion along the line of sight, and years."""
    east, north = (f"(coalesce({double(pm)}, 0e0) * {_MAS})" for pm in (star.pmra, star.pmdec))
    away = "0e0"
    if star.parallax is not None and star.velocity is not None:
        parallax, velocity = double(star.parallax), double(star.velocity)
        away = (
            f"(CASE WHEN {parallax} > 0 THEN coalesce({velocity}, 0e0) * {parallax} / {_AU} * {_MAS}"
            " ELSE 0e0 END)"
        )
    return east, north, away, f"({double(star.wanted)} - {double(star.reference)})"


def _moved(star: Motion) -> tuple[str, str, str]:
    """Return the star's direction at the wanted epoch, not normalised."""
    east, north, away, years = _rates(star)
    dec = f"radians({double(star.dec)})"
    scale = f"(1 + {away} * {years})"
    return (
        f"({scale} * cos({dec}) - {north} * {years} * sin({dec}))",
        f"({east} * {years})",
        f"({scale} * sin({dec}) + {north} * {years} * cos({dec}))",
    )


def _or_null(value: Value | None) -> str:
    return "CAST(NULL AS DOUBLE)" if value is None else double(value)
