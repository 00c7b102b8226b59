"""The table `exposure`, and its images as FITS files with a world coordinate system."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .galaxies import CLUSTERS
from .lightcurves import SEASON_START_MJD
from .objects import Sky
from .photometry import BANDS, EXTINCTION
from .seeds import stream
from .stars import DWARF

__all__ = ["SCALE_ARCSEC", "SIZE", "exposures", "write_image"]

Floats = npt.NDArray[np.float64]

SIZE = 320
SCALE_ARCSEC = 1.2
_ZERO_POINT = 27.0
_SKY_LEVEL = 220.0
_FIRST_ID = 7_331 << 50


def exposures() -> pa.Table:
    """List the exposures: each cluster in two bands, the dwarf galaxy in all, and places between.

    Returns
    -------
    pyarrow.Table
        exposure_id, ra, dec (deg, of the centre), band, mjd (d, start), exptime (s), seeing (arcsec), image.
    """
    rng = stream("exposures")
    centres = [(ra, dec, band) for ra, dec, _, _ in CLUSTERS for band in ("g", "r")]
    centres += [(DWARF[0], DWARF[1], band) for band in BANDS]
    centres += [
        (round(rng.uniform(175.5, 189.5), 4), round(rng.uniform(-4.5, 4.5), 4), "r") for _ in range(35)
    ]
    count = len(centres)
    ids = _FIRST_ID + 32_452_843 * np.arange(count, dtype=np.int64)
    return pa.table(
        {
            "exposure_id": pa.array(ids),
            "ra": pa.array([float(ra) for ra, _, _ in centres]),
            "dec": pa.array([float(dec) for _, dec, _ in centres]),
            "band": pa.array([band for _, _, band in centres]),
            "mjd": pa.array(np.sort(SEASON_START_MJD + rng.uniform(0, 1700, count))),
            "exptime": pa.array(rng.choice([90.0, 120.0, 300.0], count).astype(np.float32)),
            "seeing": pa.array(np.clip(rng.normal(1.3, 0.2, count), 0.8, 2.2).astype(np.float32)),
            "image": pa.array(
                [f"exp-{one}-{centre[2]}.fits" for one, centre in zip(ids, centres, strict=True)]
            ),
        }
    )


def write_image(row: dict[str, object], sky: Sky, folder: Path) -> Path:
    """Paint one exposure: every object in its field through the seeing, on a noisy sky; 16-bit counts."""
    from astropy.io import fits
    from astropy.wcs import WCS

    band, ra, dec = str(row["band"]), float(str(row["ra"])), float(str(row["dec"]))
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra, dec]
    wcs.wcs.crpix = [SIZE / 2 + 0.5, SIZE / 2 + 0.5]
    wcs.wcs.cdelt = [-SCALE_ARCSEC / 3600, SCALE_ARCSEC / 3600]
    near = _near(sky, ra, dec)
    x, y = wcs.wcs_world2pix(sky.truth.ra[near], sky.truth.dec[near], 0)
    magnitudes = sky.truth.magnitudes[band][near] + EXTINCTION[band] * sky.table["ebv"].to_numpy()[near]
    counts = 10 ** (-0.4 * (magnitudes - _ZERO_POINT)) * float(str(row["exptime"])) / 100
    seeing_px = float(str(row["seeing"])) / SCALE_ARCSEC / 2.3548
    widths = np.where(sky.kinds[near] == "GALAXY", np.hypot(seeing_px, 1.1), seeing_px)
    picture = _painted(x, y, counts, widths) + _SKY_LEVEL
    noisy = stream(str(row["image"])).poisson(np.clip(picture, 0, 6e4)).clip(0, 65_535)
    hdu = fits.PrimaryHDU(noisy.astype(np.uint16), header=wcs.to_header())
    hdu.header["BUNIT"] = ("count", "unit of the pixels")
    hdu.header["BAND"] = (band, "photometric band")
    hdu.header["MJD-OBS"] = (float(str(row["mjd"])), "[d] start of the exposure")
    hdu.header["EXPTIME"] = (float(str(row["exptime"])), "[s] exposure time")
    hdu.header["SEEING"] = (float(str(row["seeing"])), "[arcsec] full width at half maximum")
    hdu.header["MAGZERO"] = (_ZERO_POINT, "[mag] zero point for 100 s")
    hdu.header["EXPID"] = (str(row["exposure_id"]), "exposure_id in survey_dr1.exposure")
    hdu.header["SIMULATD"] = (True, "this image is simulated")
    path = folder / str(row["image"])
    hdu.writeto(path, overwrite=True)
    return path


def _near(sky: Sky, ra: float, dec: float) -> npt.NDArray[np.intp]:
    half_deg = 0.55 * SIZE * SCALE_ARCSEC / 3600
    return np.flatnonzero(
        (np.abs(sky.truth.dec - dec) < half_deg)
        & (np.abs(sky.truth.ra - ra) < half_deg / np.cos(np.radians(dec)))
    )


def _painted(x: Floats, y: Floats, counts: Floats, widths: Floats) -> Floats:
    picture = np.zeros((SIZE, SIZE))
    for px, py, total, width in zip(x, y, counts, widths, strict=True):
        reach = int(np.ceil(5 * width)) + 1
        left, low = int(px) - reach, int(py) - reach
        right, high = int(px) + reach + 1, int(py) + reach + 1
        columns = np.arange(max(left, 0), min(right, SIZE))
        rows = np.arange(max(low, 0), min(high, SIZE))
        if len(columns) and len(rows):
            profile = np.exp(-0.5 * ((columns - px) / width) ** 2)
            across = np.exp(-0.5 * ((rows - py) / width) ** 2)
            picture[np.ix_(rows, columns)] += total / (2 * np.pi * width**2) * np.outer(across, profile)
    return picture
