"""From true magnitudes to observed ones: dust, noise, the depth of each band, what is not detected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["BANDS", "DEPTH", "Observed", "error_at", "observe", "stellar_colours"]

Floats = npt.NDArray[np.float64]
Observed = dict[str, tuple[Floats, Floats]]

BANDS = ("u", "g", "r", "i", "z")
# Magnitude at which a source is found with a signal-to-noise ratio of 5 (AB).
DEPTH = {"u": 23.4, "g": 24.6, "r": 24.3, "i": 23.7, "z": 22.8}
# Extinction in each band for a reddening of 1 mag (Schlafly & Finkbeiner 2011, SDSS bands, R_V = 3.1).
EXTINCTION = {"u": 4.239, "g": 3.303, "r": 2.285, "i": 1.698, "z": 1.263}
_FLOOR = 0.008


def error_at(magnitude: Floats, band: str) -> Floats:
    """Give the standard error of a magnitude, mag: photon noise below a calibration floor."""
    noise = (1.0857 / 5) * 10 ** (0.4 * (magnitude - DEPTH[band]))
    return np.asarray(np.hypot(_FLOOR, noise))


def observe(rng: np.random.Generator, true: dict[str, Floats], ebv: Floats) -> Observed:
    """Observe intrinsic magnitudes through dust: for each band (magnitude, error), NaN where not detected."""
    observed: Observed = {}
    for band in BANDS:
        dimmed = true[band] + EXTINCTION[band] * ebv
        error = error_at(dimmed, band)
        magnitude = dimmed + rng.normal(0, 1, len(dimmed)) * np.minimum(error, 0.5)
        seen = magnitude < DEPTH[band] + 0.4
        observed[band] = (np.where(seen, magnitude, np.nan), np.where(seen, error, np.nan))
    return observed


def stellar_colours(g_minus_r: Floats) -> dict[str, Floats]:
    """Put a star on the stellar locus: offsets from r in each band, mag, for a colour g - r.

    A smooth approximation to the locus of Covey et al. (2007), AJ 134, 2398.
    """
    c = np.asarray(g_minus_r, dtype=float)
    blue = np.clip(c, -0.4, 1.45)
    u_minus_g = 0.55 + 1.35 * np.clip(blue, 0, None) + 0.35 * blue**2
    r_minus_i = np.where(c < 1.2, 0.38 * c - 0.02, 0.436 + (c - 1.2) * 4.2)
    i_minus_z = np.where(c < 1.2, 0.2 * c - 0.03, 0.21 + (c - 1.2) * 2.3)
    return {
        "u": c + u_minus_g,
        "g": c,
        "r": np.zeros_like(c),
        "i": -r_minus_i,
        "z": -r_minus_i - i_minus_z,
    }
