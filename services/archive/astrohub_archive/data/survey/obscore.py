"""The table `ivoa.obscore`: what images and spectra of the release there are (ObsCore 1.1)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .images import SCALE_ARCSEC, SIZE
from .spectra import WAVELENGTHS

__all__ = ["observations"]

Row = dict[str, Any]

_FORMAT = "application/fits"
_BANDS_NM = {"u": (320, 400), "g": (400, 552), "r": (552, 691), "i": (691, 818), "z": (818, 922)}
_FIBRE_ARCSEC = 3.0
_ALIKE = {
    "obs_collection": "survey_dr1",
    "obs_creator_name": "astrohub (simulated)",
    "data_rights": "public",
    "facility_name": "astrohub (simulated)",
    "em_ucd": "em.wl",
    "access_format": _FORMAT,
    "pol_xel": 0,
}
_WHOLE = frozenset(("access_estsize", "s_xel1", "s_xel2", "t_xel", "em_xel", "pol_xel"))
_NUMBERS = frozenset(
    (
        *("s_ra", "s_dec", "s_fov", "s_resolution", "s_pixel_scale", "t_min", "t_max", "t_exptime"),
        *("t_resolution", "em_min", "em_max", "em_res_power"),
    )
)
_COLUMNS = (
    *("dataproduct_type", "calib_level", "obs_collection", "obs_id", "obs_publisher_did", "obs_title"),
    *("obs_creator_name", "data_rights", "access_url", "access_format", "access_estsize", "target_name"),
    *("target_class", "s_ra", "s_dec", "s_fov", "s_region", "s_resolution", "s_pixel_scale", "s_xel1"),
    *("s_xel2", "t_min", "t_max", "t_exptime", "t_resolution", "t_xel", "em_min", "em_max", "em_res_power"),
    *("em_xel", "em_ucd", "o_ucd", "o_unit", "pol_states", "pol_xel", "facility_name", "instrument_name"),
)


def observations(release: Path, name: str) -> pa.Table:
    """Describe every image and every spectrum of a release that has been written.

    Parameters
    ----------
    release
        Its folder.
    name
        What it is called: while it is being written, its folder is not.

    Returns
    -------
    pyarrow.Table
        One row a file, images first. `access_url` is the file's place among the public files: the archive
        puts their address in front of it.
    """
    exposures, spectra = _rows(release / "exposure"), _rows(release / "specobj")
    rows = [{**_file(release, name, "images", row["image"]), **_image(row)} for row in exposures]
    rows += [
        {**_file(release, name, "spectra", row["spectrum"]), **_spectrum(row)}
        for row in spectra
        if row["spectrum"] is not None
    ]
    return pa.table(
        {name: pa.array([_ALIKE.get(name, row.get(name)) for row in rows], _type(name)) for name in _COLUMNS}
    )


def _rows(collection: Path) -> Iterator[Row]:
    """Return the rows of a collection in the order of their identifiers."""
    files = sorted((collection / collection.name / "dataset").glob("Norder=*/Dir=*/Npix=*.parquet"))
    table = pa.concat_tables([pq.read_table(file, partitioning=None) for file in files])
    yield from table.sort_by(f"{collection.name}_id").to_pylist()


def _image(row: Row) -> Row:
    half = SIZE / 2 * SCALE_ARCSEC / 3600
    low, high = (nm * 1e-9 for nm in _BANDS_NM[row["band"]])
    days = row["exptime"] / 86_400
    return {
        "dataproduct_type": "image",
        "calib_level": 2,
        "obs_id": str(row["exposure_id"]),
        "obs_title": f"Exposure {row['exposure_id']} in {row['band']}, simulated",
        "s_ra": row["ra"],
        "s_dec": row["dec"],
        "s_fov": 2 * math.degrees(math.atan(math.radians(half) * math.sqrt(2))),
        "s_region": _field(row["ra"], row["dec"], half),
        "s_resolution": row["seeing"],
        "s_pixel_scale": SCALE_ARCSEC,
        "s_xel1": SIZE,
        "s_xel2": SIZE,
        "t_min": row["mjd"],
        "t_max": row["mjd"] + days,
        "t_exptime": row["exptime"],
        "t_resolution": row["exptime"],
        "t_xel": 1,
        "em_min": low,
        "em_max": high,
        "em_res_power": (low + high) / 2 / (high - low),
        "em_xel": 1,
        "o_ucd": "phot.count",
        "o_unit": "count",
        "instrument_name": "imager",
    }


def _spectrum(row: Row) -> Row:
    radius = _FIBRE_ARCSEC / 2 / 3600
    return {
        "dataproduct_type": "spectrum",
        "calib_level": 2,
        "obs_id": str(row["specobj_id"]),
        "obs_title": f"Spectrum of object {row['object_id']}, simulated",
        "target_name": str(row["object_id"]),
        "target_class": row["class"],
        "s_ra": row["ra"],
        "s_dec": row["dec"],
        "s_fov": 2 * radius,
        "s_region": f"Circle ICRS {row['ra']:.8f} {row['dec']:.8f} {radius:.8f}",
        "s_resolution": _FIBRE_ARCSEC,
        "s_xel1": 1,
        "s_xel2": 1,
        "em_min": float(WAVELENGTHS[0]) * 1e-10,
        "em_max": float(WAVELENGTHS[-1]) * 1e-10,
        "em_res_power": float(WAVELENGTHS[0] / np.diff(WAVELENGTHS)[0]),
        "em_xel": len(WAVELENGTHS),
        "o_ucd": "phot.flux.density;em.wl",
        "o_unit": "10**-17erg.s**-1.cm**-2.Angstrom**-1",
        "instrument_name": "spectrograph",
    }


def _file(release: Path, name: str, kind: str, file: str) -> Row:
    size = (release / "files" / kind / file).stat().st_size
    place = f"{name}/{kind}/{file}"
    return {
        "access_url": place,
        "access_estsize": math.ceil(size / 1000),
        "obs_publisher_did": f"ivo://astrohub.simulated/{name}?{kind}/{file}",
    }


def _field(ra: float, dec: float, half: float) -> str:
    """Return the outline of an image, `half` (degrees) being half of a side.

    Its sides are straight on the plane that touches the sky in its middle: great circles, as a polygon's.
    """
    x, d = math.radians(half), math.radians(dec)
    corners = []
    for east, north in ((-x, -x), (x, -x), (x, x), (-x, x)):
        ahead = math.cos(d) - north * math.sin(d)
        lon = (ra + math.degrees(math.atan2(east, ahead))) % 360
        lat = math.degrees(math.atan2(math.sin(d) + north * math.cos(d), math.hypot(ahead, east)))
        corners.append(f"{lon:.8f} {lat:.8f}")
    return f"Polygon ICRS {' '.join(corners)}"


def _type(name: str) -> pa.DataType:
    if name in _WHOLE:
        return pa.int64()
    if name == "calib_level":
        return pa.int32()
    return pa.float64() if name in _NUMBERS else pa.string()
