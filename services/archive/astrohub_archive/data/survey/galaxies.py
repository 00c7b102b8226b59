"""Galaxies and quasars: the field, clusters to be found in redshift, and points of light far behind them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import footprint
from .population import Population
from .seeds import stream

__all__ = ["CLUSTERS", "clusters", "field_galaxies", "quasars"]

Floats = npt.NDArray[np.float64]

# Clusters: centre (deg), redshift, members.
CLUSTERS = (
    (176.84, -3.10, 0.084, 260),
    (178.20, 3.42, 0.152, 320),
    (179.75, -0.62, 0.213, 420),
    (180.90, -4.20, 0.118, 240),
    (182.62, 4.05, 0.301, 380),
    (183.55, -2.48, 0.186, 340),
    (184.71, 0.88, 0.249, 460),
    (185.93, 3.27, 0.097, 250),
    (187.05, -1.74, 0.332, 360),
    (188.66, 1.95, 0.141, 300),
)
_LIGHT_SPEED_KM_S = 299_792.458


def field_galaxies(count: int) -> Population:
    """Draw galaxies of the field: redshifts as a magnitude-limited survey finds them."""
    rng = stream("field galaxies")
    ra, dec = footprint.uniform(rng, count)
    redshift = np.clip(rng.gamma(2.6, 0.17, count), 0.004, 2.0)
    early = rng.random(count) < 0.32
    return _population("field", rng, ra, dec, redshift, early)


def clusters() -> Population:
    """Draw the members of all clusters: mostly early types within about 1 Mpc and 900 km/s of the centre."""
    rng = stream("clusters")
    parts: list[tuple[Floats, Floats, Floats]] = []
    for ra0, dec0, redshift, members in CLUSTERS:
        radius_deg = 0.018 / redshift
        ra, dec = footprint.scatter(rng, ra0, dec0, radius_deg * rng.gamma(1.6, 0.7, members))
        spread = 900 / _LIGHT_SPEED_KM_S * (1 + redshift)
        parts.append((ra, dec, redshift + rng.normal(0, spread, members)))
    ra, dec, redshifts = (np.concatenate(values) for values in zip(*parts, strict=True))
    early = rng.random(len(ra)) < 0.8
    return _population("cluster", rng, ra, dec, redshifts, early).inside()


def quasars(count: int) -> Population:
    """Draw quasars: blue points of light with redshifts up to 4."""
    rng = stream("quasars")
    ra, dec = footprint.uniform(rng, count)
    redshift = np.clip(rng.gamma(5.0, 0.34, count), 0.2, 4.2)
    r = np.clip(22.6 - rng.exponential(1.1, count), 15.8, 22.6)
    spread = {band: rng.normal(0, 0.08, count) for band in "ugiz"}
    forest = np.where(redshift > 2.4, 0.9 * (redshift - 2.4), 0.0)
    magnitudes = {
        "u": r + 0.32 + forest + spread["u"],
        "g": r + 0.16 + 0.4 * np.clip(redshift - 3.2, 0, None) + spread["g"],
        "r": r,
        "i": r - 0.08 + spread["i"],
        "z": r - 0.12 + spread["z"],
    }
    return Population("quasar", "QSO", ra, dec, magnitudes, redshift)


def _population(
    origin: str,
    rng: np.random.Generator,
    ra: Floats,
    dec: Floats,
    redshift: Floats,
    early: npt.NDArray[np.bool_],
) -> Population:
    count = len(ra)
    distance_mpc = _LIGHT_SPEED_KM_S / 70 * redshift * (1 + 0.25 * redshift)
    absolute = -21.6 + rng.exponential(1.2, count) - rng.exponential(0.35, count)
    r = absolute + 25 + 5 * np.log10(np.maximum(distance_mpc, 1) * (1 + redshift))
    scatter = rng.normal(0, 0.05, count)
    # The 4000 Å break of early types moves through g and r with redshift.
    colour = (
        np.where(early, 0.72 + 2.9 * np.clip(redshift, 0, 0.35), 0.38 + 1.1 * np.clip(redshift, 0, 0.5))
        + scatter
    )
    ultraviolet = np.where(early, 1.65, 0.95) + rng.normal(0, 0.1, count)
    r_minus_i = np.where(
        early, 0.36 + 0.5 * np.clip(redshift - 0.35, 0, 0.6), 0.22 + 0.25 * np.clip(redshift, 0, 0.8)
    )
    magnitudes = {
        "u": r + colour + ultraviolet,
        "g": r + colour,
        "r": r,
        "i": r - r_minus_i + rng.normal(0, 0.03, count),
        "z": r - r_minus_i - 0.24 + rng.normal(0, 0.04, count),
    }
    return Population(origin, "GALAXY", ra, dec, magnitudes, redshift)
