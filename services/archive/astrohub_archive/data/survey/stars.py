"""Stars: the field, a dwarf galaxy and a stream to be found, and the variables among them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import footprint
from .photometry import stellar_colours
from .population import Population
from .seeds import stream

__all__ = [
    "DWARF",
    "STREAM",
    "bright_stars",
    "dwarf_galaxy",
    "eclipsing_binaries",
    "field_stars",
    "rr_lyrae",
    "stellar_stream",
]

Floats = npt.NDArray[np.float64]

# The dwarf galaxy: centre (deg), Plummer radius (deg), distance modulus (mag).
DWARF = (181.35, 2.15, 0.07, 19.3)
# The stream: dec = a + b (ra - 182.5) + c (ra - 182.5)^2 (deg), width (deg), distance modulus (mag).
STREAM = (-1.6, 0.21, -0.012, 0.11, 16.1)

# An old metal-poor population: g - r and absolute r from the tip of the giant branch down the main sequence.
_OLD_R = np.array([-2.6, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 4.6, 5.5, 6.5, 7.5, 8.5])
_OLD_COLOUR = np.array([1.12, 0.92, 0.72, 0.61, 0.55, 0.51, 0.42, 0.30, 0.25, 0.26, 0.38, 0.62, 0.92, 1.22])


def field_stars(count: int) -> Population:
    """Draw stars of the disc and halo: two peaks in colour, counts that rise towards faint magnitudes."""
    rng = stream("field stars")
    ra, dec = footprint.uniform(rng, count)
    red = rng.random(count) < 0.58
    colour = np.where(red, rng.normal(1.36, 0.11, count), rng.normal(0.42, 0.14, count))
    r = 24.2 - rng.exponential(2.3, count)
    return _population("halo", ra, dec, np.clip(colour, -0.3, 1.7), np.clip(r, 13.5, 24.2))


def dwarf_galaxy(count: int) -> Population:
    """Draw a dwarf spheroidal: an old population in a Plummer profile."""
    rng = stream("dwarf galaxy")
    ra0, dec0, radius, modulus = DWARF
    ra, dec = footprint.scatter(rng, ra0, dec0, radius * np.sqrt(1 / (rng.random(count) ** -1 - 1 + 1e-9)))
    colour, r = _old_stars(rng, count, modulus)
    horizontal = rng.random(count) < 0.06
    colour = np.where(horizontal, rng.uniform(-0.25, 0.2, count), colour)
    r = np.where(horizontal, modulus + 0.6 + rng.normal(0, 0.05, count), r)
    return _population("dwarf", ra, dec, colour, r).inside()


def stellar_stream(count: int) -> Population:
    """Draw a stellar stream: an old population along a curve across the whole footprint."""
    rng = stream("stellar stream")
    a, b, c, width, modulus = STREAM
    ra = rng.uniform(*footprint.RA_RANGE, count)
    x = ra - 182.5
    dec = a + b * x + c * x**2 + rng.normal(0, width, count)
    colour, r = _old_stars(rng, count, modulus + 0.03 * x)
    return _population("stream", ra, dec, colour, r).inside()


def rr_lyrae(count: int) -> Population:
    """Draw RR Lyrae stars of the halo: blue, absolute magnitude 0.6, 5 to 100 kpc away."""
    rng = stream("RR Lyrae")
    ra, dec = footprint.uniform(rng, count)
    distance_kpc = np.exp(rng.uniform(np.log(5), np.log(100), count))
    r = 0.6 + 5 * np.log10(distance_kpc * 100) + rng.normal(0, 0.05, count)
    return _population("rrlyrae", ra, dec, rng.normal(0.18, 0.05, count), r)


def eclipsing_binaries(count: int) -> Population:
    """Draw eclipsing binaries among the brighter stars of the field."""
    rng = stream("eclipsing binaries")
    ra, dec = footprint.uniform(rng, count)
    return _population("eclipsing", ra, dec, rng.uniform(0.2, 1.3, count), rng.uniform(14.5, 19.5, count))


def bright_stars(ra: Floats, dec: Floats, g: Floats) -> Population:
    """Take the stars of a brighter catalogue as this survey saw them (positions in degrees, G magnitudes)."""
    rng = stream("bright stars")
    spread_deg = 0.12 / 3600
    colour = rng.normal(0.55, 0.25, len(ra))
    seen_dec = dec + rng.normal(0, spread_deg, len(ra))
    seen_ra = ra + rng.normal(0, spread_deg, len(ra)) / np.cos(np.radians(dec))
    return _population("bright", seen_ra, seen_dec, np.clip(colour, -0.2, 1.4), g.astype(float)).inside()


def _old_stars(rng: np.random.Generator, count: int, modulus: Floats | float) -> tuple[Floats, Floats]:
    # A luminosity function that doubles every 1.2 mag.
    low, high = 2 ** (_OLD_R[0] / 1.2), 2 ** (_OLD_R[-1] / 1.2)
    absolute = 1.2 * np.log2(rng.uniform(low, high, count))
    colour = np.interp(absolute, _OLD_R, _OLD_COLOUR) + rng.normal(0, 0.015, count)
    return colour, absolute + modulus


def _population(origin: str, ra: Floats, dec: Floats, colour: Floats, r: Floats) -> Population:
    offsets = stellar_colours(colour)
    magnitudes = {band: r + offset for band, offset in offsets.items()}
    return Population(origin, "STAR", ra, dec, magnitudes, np.zeros(len(ra)))
