"""Where the survey looked, and the dust in front of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["DEC_RANGE", "RA_RANGE", "contains", "reddening", "scatter", "uniform"]

Floats = npt.NDArray[np.float64]

RA_RANGE = (175.0, 190.0)
DEC_RANGE = (-5.0, 5.0)


def uniform(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Draw `count` positions evenly over the footprint: right ascension and declination, degrees."""
    ra = rng.uniform(*RA_RANGE, count)
    low, high = np.sin(np.radians(DEC_RANGE))
    return ra, np.degrees(np.arcsin(rng.uniform(low, high, count)))


def scatter(rng: np.random.Generator, ra: float, dec: float, radii: Floats) -> tuple[Floats, Floats]:
    """Put one position at each of `radii` (degrees) around a centre, in a random direction."""
    angle = rng.uniform(0, 2 * np.pi, len(radii))
    north = radii * np.cos(angle)
    east = radii * np.sin(angle) / np.cos(np.radians(dec))
    return ra + east, dec + north


def contains(ra: Floats, dec: Floats) -> npt.NDArray[np.bool_]:
    """Tell which positions lie in the footprint."""
    return (ra >= RA_RANGE[0]) & (ra <= RA_RANGE[1]) & (dec >= DEC_RANGE[0]) & (dec <= DEC_RANGE[1])


def reddening(ra: Floats, dec: Floats) -> Floats:
    """Give E(B-V) in magnitudes: a thin smooth sheet with a filament, as at high galactic latitude."""
    sheet = 0.022 + 0.008 * np.sin(np.radians(24 * ra)) * np.cos(np.radians(36 * dec))
    filament = 0.05 * np.exp(-(((dec - 0.3 * (ra - 182.5)) / 0.6) ** 2))
    return np.asarray(sheet + filament)
