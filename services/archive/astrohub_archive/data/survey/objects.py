"""The table `object`: every source that was detected, with what an observer would know of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cdshealpix import nested, ring

from . import footprint, galaxies, stars
from .photometry import BANDS, observe
from .population import Population, join
from .seeds import stream

__all__ = ["Sky", "observed_sky"]

Floats = npt.NDArray[np.float64]

# The release number in the upper bits keeps identifiers above 2^53, as real surveys' are.
_FIRST_ID = 7_301 << 50


@dataclass(frozen=True)
class Sky:
    """What was seen, as the published table, beside what it truly is. Arrays have one length and order.

    Attributes
    ----------
    table
        The published table.
    truth
        Position, intrinsic magnitudes and redshift of each source.
    origins, kinds
        What made each source, and what it is (STAR, GALAXY, QSO).
    ids
        `object_id` of each source.
    """

    table: pa.Table
    truth: Population
    origins: npt.NDArray[np.str_]
    kinds: npt.NDArray[np.str_]
    ids: npt.NDArray[np.int64]


def observed_sky(bright: tuple[Floats, Floats, Floats]) -> Sky:
    """Draw all populations and observe them.

    Parameters
    ----------
    bright
        Right ascension, declination (degrees) and magnitude of the stars of a brighter catalogue, which
        the survey has seen too.
    """
    truth, origins, kinds = join(
        [
            stars.field_stars(118_000),
            stars.dwarf_galaxy(2_600),
            stars.stellar_stream(5_200),
            stars.rr_lyrae(320),
            stars.eclipsing_binaries(240),
            stars.bright_stars(*bright),
            galaxies.field_galaxies(104_000),
            galaxies.clusters(),
            galaxies.quasars(3_200),
        ]
    )
    rng = stream("observation")
    ebv = footprint.reddening(truth.ra, truth.dec)
    observed = observe(rng, truth.magnitudes, ebv)
    detected = np.isfinite(observed["r"][0]) | np.isfinite(observed["i"][0])
    kept = np.flatnonzero(detected)[rng.permutation(int(detected.sum()))]
    ids = _FIRST_ID + 104_729 * np.arange(len(kept), dtype=np.int64)
    truth = Population(
        "all",
        "ANY",
        truth.ra[kept],
        truth.dec[kept],
        {band: values[kept] for band, values in truth.magnitudes.items()},
        truth.redshift[kept],
    )
    magnitudes = {band: (values[kept], errors[kept]) for band, (values, errors) in observed.items()}
    table = _table(rng, ids, truth, ebv[kept], magnitudes, kinds[kept])
    return Sky(table, truth, origins[kept], kinds[kept], ids)


def _table(
    rng: np.random.Generator,
    ids: npt.NDArray[np.int64],
    truth: Population,
    ebv: Floats,
    magnitudes: dict[str, tuple[Floats, Floats]],
    kinds: npt.NDArray[np.str_],
) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "object_id": pa.array(ids),
        "ra": pa.array(truth.ra),
        "dec": pa.array(truth.dec),
        "ebv": pa.array(ebv.astype(np.float32)),
    }
    for band in BANDS:
        values, errors = magnitudes[band]
        columns[f"{band}mag"] = pa.array(values.astype(np.float32), from_pandas=True)
        columns[f"{band}mag_err"] = pa.array(errors.astype(np.float32), from_pandas=True)
    columns["class"] = pa.array(_classified(rng, kinds, magnitudes["r"][0]))
    columns["random_id"] = pa.array(rng.uniform(0, 100, len(ids)).astype(np.float32))
    columns |= _cells(truth.ra, truth.dec)
    return pa.table(columns)


def _classified(rng: np.random.Generator, kinds: npt.NDArray[np.str_], r: Floats) -> npt.NDArray[np.str_]:
    # By shape alone quasars look like stars, and faint sources cannot be told apart with certainty.
    shapes = np.where(kinds == "GALAXY", "GALAXY", "STAR")
    doubt = np.clip((np.nan_to_num(r, nan=24.5) - 21.5) / 3, 0, 1) * 0.18
    wrong = rng.random(len(kinds)) < doubt
    swapped = np.where(shapes == "STAR", "GALAXY", "STAR")
    return np.where(wrong, swapped, shapes)


def _cells(ra: Floats, dec: Floats) -> dict[str, pa.Array]:
    from astropy import units as u
    from astropy.coordinates import Latitude, Longitude

    lon, lat = Longitude(ra, u.deg), Latitude(dec, u.deg)
    return {
        "ring256": pa.array(ring.lonlat_to_healpix(lon, lat, 256).astype(np.int32)),
        "nest4096": pa.array(nested.lonlat_to_healpix(lon, lat, 12).astype(np.int64)),
    }
