"""The table `specobj`, and spectra as FITS files for some of its rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .objects import Sky
from .photometry import EXTINCTION
from .seeds import stream

__all__ = ["SPECTRA", "spectroscopic_objects", "write_spectrum"]

Floats = npt.NDArray[np.float64]

SPECTRA = 540
WAVELENGTHS = 10 ** np.arange(np.log10(3600.0), np.log10(10_000.0), 4e-4)
_FIRST_ID = 7_321 << 50
_TARGETS = {"GALAXY": 3_600, "QSO": 1_000, "STAR": 600}
# Rest wavelengths (Å, in air) and strengths of emission (> 0) and absorption (< 0) lines.
_LINES = {
    "GALAXY": ((3727.4, 1.1), (4861.3, 0.5), (4958.9, 0.35), (5006.8, 1.0), (6562.8, 1.9), (6583.4, 0.6)),
    "ABSORPTION": ((3933.7, -0.5), (3968.5, -0.5), (4304.4, -0.22), (5175.3, -0.28), (5892.9, -0.22)),
    "QSO": ((1215.7, 4.0), (1549.1, 2.0), (1908.7, 1.1), (2798.8, 1.0), (4861.3, 0.7), (6562.8, 2.4)),
    "STAR": ((4101.7, -0.3), (4340.5, -0.35), (4861.3, -0.35), (6562.8, -0.25)),
}


def spectroscopic_objects(sky: Sky) -> pa.Table:
    """Choose objects for spectroscopy and measure them.

    Returns
    -------
    pyarrow.Table
        specobj_id, object_id, ra, dec (deg), z, z_err, class, subclass, sn_median, rmag, spectrum (the file's
        name, NULL where there is none).
    """
    rng = stream("specobj")
    rows = np.concatenate([_targets(rng, sky, kind, count) for kind, count in _TARGETS.items()])
    rows = rows[rng.permutation(len(rows))]
    r = sky.truth.magnitudes["r"][rows] + EXTINCTION["r"] * sky.table["ebv"].to_numpy()[rows]
    signal = np.clip(60 * 10 ** (-0.22 * (r - 15)), 1.2, 90)
    error = 2e-4 / np.sqrt(signal / 5)
    kinds = sky.kinds[rows]
    true = np.where(kinds == "STAR", rng.normal(0, 4e-4, len(rows)), sky.truth.redshift[rows])
    ids = _FIRST_ID + 15_485_863 * np.arange(len(rows), dtype=np.int64)
    names = [f"spec-{one}.fits" if number < SPECTRA else None for number, one in enumerate(ids)]
    return pa.table(
        {
            "specobj_id": pa.array(ids),
            "object_id": pa.array(sky.ids[rows]),
            "ra": pa.array(sky.truth.ra[rows]),
            "dec": pa.array(sky.truth.dec[rows]),
            "z": pa.array(true + rng.normal(0, 1, len(rows)) * error),
            "z_err": pa.array(error.astype(np.float32)),
            "class": pa.array(kinds),
            "subclass": pa.array(_subclasses(sky, rows)),
            "sn_median": pa.array(signal.astype(np.float32)),
            "rmag": pa.array(r.astype(np.float32)),
            "spectrum": pa.array(names),
        }
    )


def write_spectrum(row: dict[str, object], folder: Path) -> Path:
    """Write the spectrum of one row of `specobj`: a binary table of wavelength, flux and inverse variance.

    Wavelengths in Å (vacuum is not told from air), flux in 1e-17 erg/s/cm2/Å.
    """
    from astropy.io import fits

    rng = stream(str(row["spectrum"]))
    rmag, signal = float(str(row["rmag"])), float(str(row["sn_median"]))
    shape = _shape(str(row["class"]), str(row["subclass"]), float(str(row["z"])))
    middle = (WAVELENGTHS > 5600) & (WAVELENGTHS < 6800)
    flux = shape / np.median(shape[middle]) * 10 ** (-0.4 * (rmag - 22.5)) * 2.3
    sigma = np.median(flux[middle]) / signal * (1 + 1.5 * ((WAVELENGTHS - 6800) / 3200) ** 4)
    columns = [
        fits.Column("wavelength", "D", unit="Angstrom", array=WAVELENGTHS),
        fits.Column(
            "flux", "E", unit="1e-17 erg / (s cm2 Angstrom)", array=flux + rng.normal(0, 1, len(flux)) * sigma
        ),
        fits.Column("ivar", "E", array=1 / sigma**2),
    ]
    table = fits.BinTableHDU.from_columns(columns, name="SPECTRUM")
    for key, name, comment in (
        ("RA", "ra", "[deg] right ascension, ICRS"),
        ("DEC", "dec", "[deg] declination, ICRS"),
        ("Z", "z", "redshift"),
        ("CLASS", "class", "class of the object"),
        ("OBJECTID", "object_id", "object_id in survey_dr1.object"),
    ):
        value = row[name]
        table.header[key] = (str(value) if key == "OBJECTID" else value, comment)
    table.header["SIMULATD"] = (True, "this spectrum is simulated")
    path = folder / str(row["spectrum"])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path, overwrite=True)
    return path


def _targets(rng: np.random.Generator, sky: Sky, kind: str, count: int) -> npt.NDArray[np.intp]:
    bright = sky.truth.magnitudes["r"] < {"GALAXY": 20.2, "QSO": 21.8, "STAR": 19.0}[kind]
    good = np.flatnonzero((sky.kinds == kind) & bright & (sky.origins != "bright"))
    if kind != "GALAXY":
        return rng.choice(good, min(count, len(good)), replace=False)
    members = good[sky.origins[good] == "cluster"]
    field = good[sky.origins[good] == "field"]
    more = rng.choice(field, min(count - len(members), len(field)), replace=False)
    return np.concatenate([members, more])


def _subclasses(sky: Sky, rows: npt.NDArray[np.intp]) -> list[str | None]:
    magnitudes = sky.truth.magnitudes
    colour = magnitudes["g"][rows] - magnitudes["r"][rows]
    ultraviolet = magnitudes["u"][rows] - magnitudes["g"][rows]
    names: list[str | None] = []
    for kind, g_r, u_g in zip(sky.kinds[rows], colour, ultraviolet, strict=True):
        if kind == "GALAXY":
            names.append("EARLY" if u_g > 1.3 else "STARFORMING")
        elif kind == "STAR":
            names.append(
                "A" if g_r < 0 else "F" if g_r < 0.35 else "G" if g_r < 0.6 else "K" if g_r < 1.2 else "M"
            )
        else:
            names.append("BROADLINE")
    return names


def _shape(kind: str, subclass: str, z: float) -> Floats:
    rest = WAVELENGTHS / (1 + z)
    if kind == "QSO":
        continuum = (rest / 3000) ** -1.5 * np.where(rest < 1215, 0.45, 1.0)
        return _with_lines(continuum, rest, _LINES["QSO"], 35.0)
    if kind == "STAR":
        kelvin = {"A": 9000, "F": 6900, "G": 5700, "K": 4600, "M": 3400}[subclass]
        continuum = rest**-5.0 / np.expm1(1.43878e8 / (rest * kelvin)) * 1e19
        return _with_lines(continuum, rest, _LINES["STAR"], 6.0)
    step = 1 / (1 + np.exp(-(rest - 4000) / 60))
    if subclass == "EARLY":
        continuum = (0.45 + 0.55 * step) * (rest / 5500) ** 0.35
        return _with_lines(continuum, rest, _LINES["ABSORPTION"], 8.0)
    continuum = (0.75 + 0.25 * step) * (rest / 5500) ** -0.8
    return _with_lines(continuum, rest, _LINES["GALAXY"], 4.5)


def _with_lines(
    continuum: Floats, rest: Floats, lines: tuple[tuple[float, float], ...], width: float
) -> Floats:
    factor = np.ones_like(rest)
    for centre, strength in lines:
        factor += strength * np.exp(-0.5 * ((rest - centre) / width) ** 2)
    return np.asarray(continuum * factor)
