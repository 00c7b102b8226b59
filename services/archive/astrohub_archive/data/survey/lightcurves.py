"""The table `source`: photometry epoch by epoch, with variables to be found among stars that are constant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .objects import Sky
from .photometry import BANDS, EXTINCTION, error_at
from .seeds import stream

__all__ = ["SEASON_START_MJD", "light_curves"]

Floats = npt.NDArray[np.float64]

SEASON_START_MJD = 59_580.0
_YEARS = 5
_CONSTANT_STARS = 900
_FIRST_SOURCE_ID = 7_311 << 50
# Amplitude of an RR Lyrae in each band, relative to g.
_AMPLITUDE = {"u": 0.95, "g": 1.0, "r": 0.72, "i": 0.58, "z": 0.52}


def light_curves(sky: Sky) -> pa.Table:
    """Observe variables and some constant stars again and again: 60 to 400 epochs each.

    Returns
    -------
    pyarrow.Table
        source_id, object_id, ra, dec (deg), mjd (d), band, mag, mag_err (mag).
    """
    rng = stream("light curves")
    visits = _visits(rng)
    chosen = [
        *((row, _rr_lyrae(rng)) for row in np.flatnonzero(sky.origins == "rrlyrae")),
        *((row, _eclipsing(rng)) for row in np.flatnonzero(sky.origins == "eclipsing")),
        *((row, _constant) for row in _constant_rows(rng, sky)),
    ]
    parts = [_observe(rng, sky, int(row), curve, visits) for row, curve in chosen]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(rows["mjd"], kind="stable")
    ids = _FIRST_SOURCE_ID + 7_919 * np.arange(len(order), dtype=np.int64)
    columns = {"source_id": pa.array(ids)}
    columns |= {name: pa.array(values[order]) for name, values in rows.items()}
    return pa.table(columns)


Curve = Callable[[Floats, str], Floats]


def _visits(rng: np.random.Generator) -> tuple[Floats, npt.NDArray[np.str_]]:
    # Half a year of visibility each year; each visit in one band.
    nights = np.concatenate([365.25 * year + rng.uniform(0, 180, 96) for year in range(_YEARS)])
    mjd = np.sort(SEASON_START_MJD + np.floor(nights) + 0.1 + rng.uniform(0, 0.3, len(nights)))
    bands = rng.choice(np.array(BANDS), len(mjd), p=[0.08, 0.27, 0.27, 0.22, 0.16])
    return mjd, bands


def _constant_rows(rng: np.random.Generator, sky: Sky) -> npt.NDArray[np.intp]:
    candidates = np.flatnonzero((sky.origins == "halo") & (sky.truth.magnitudes["r"] < 20.5))
    return rng.choice(candidates, _CONSTANT_STARS, replace=False)


def _constant(mjd: Floats, band: str) -> Floats:
    del band
    return np.zeros_like(mjd)


def _rr_lyrae(rng: np.random.Generator) -> Curve:
    # Fundamental mode: a saw tooth, fast up and slow down; first overtone: nearly a sine of small amplitude.
    fundamental = rng.random() < 0.75
    period = rng.normal(0.58, 0.06) if fundamental else rng.normal(0.33, 0.03)
    amplitude = rng.uniform(0.6, 1.2) if fundamental else rng.uniform(0.35, 0.5)
    epoch = SEASON_START_MJD + rng.uniform(0, period)
    rise = 0.14 if fundamental else 0.42

    def curve(mjd: Floats, band: str) -> Floats:
        phase = ((mjd - epoch) / period) % 1.0
        shape = np.where(phase < 1 - rise, phase / (1 - rise), (1 - phase) / rise)
        return np.asarray(amplitude * _AMPLITUDE[band] * (shape - 0.5))

    return curve


def _eclipsing(rng: np.random.Generator) -> Curve:
    period = float(np.exp(rng.uniform(np.log(0.4), np.log(9.0))))
    width = rng.uniform(0.03, 0.09)
    depths = (rng.uniform(0.25, 0.9), rng.uniform(0.05, 0.25))
    epoch = SEASON_START_MJD + rng.uniform(0, period)

    def curve(mjd: Floats, band: str) -> Floats:
        del band
        phase = ((mjd - epoch) / period) % 1.0
        primary = np.exp(-0.5 * (np.minimum(phase, 1 - phase) / (width / 2)) ** 4)
        secondary = np.exp(-0.5 * ((phase - 0.5) / (width / 2)) ** 4)
        return np.asarray(depths[0] * primary + depths[1] * secondary)

    return curve


def _observe(
    rng: np.random.Generator, sky: Sky, row: int, curve: Curve, visits: tuple[Floats, npt.NDArray[np.str_]]
) -> dict[str, npt.NDArray[np.generic]]:
    mjd, bands = visits
    seen = rng.random(len(mjd)) < rng.uniform(0.15, 0.78)
    mjd, bands = mjd[seen], bands[seen]
    ebv = float(sky.table["ebv"][row].as_py())
    true = np.empty(len(mjd))
    error = np.empty(len(mjd))
    for band in BANDS:
        here = bands == band
        mean = sky.truth.magnitudes[band][row] + EXTINCTION[band] * ebv
        true[here] = mean + curve(mjd[here], band)
        # One visit is 1.25 mag shallower than the sum of all.
        error[here] = error_at(true[here] + 1.25, band)
    found = error < 0.35
    count = int(found.sum())
    spread_deg = 0.05 / 3600
    return {
        "object_id": np.full(count, sky.ids[row]),
        "ra": sky.truth.ra[row] + rng.normal(0, spread_deg, count),
        "dec": sky.truth.dec[row] + rng.normal(0, spread_deg, count),
        "mjd": mjd[found],
        "band": bands[found],
        "mag": (true[found] + rng.normal(0, 1, count) * error[found]).astype(np.float32),
        "mag_err": error[found].astype(np.float32),
    }
