"""Writing the release: its tables as HATS collections, its spectra and images as FITS files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from ..collection import Source, write_collection
from ..gaia import read_gaia
from .crossmatch import crossmatch
from .images import exposures, write_image
from .lightcurves import light_curves
from .objects import observed_sky
from .spectra import SPECTRA, spectroscopic_objects, write_spectrum

__all__ = ["STEPS", "write_release"]

# Objects, epochs, redshifts, exposures, crossmatch, spectra, images.
STEPS = 7
_TITLE = {"obs_title": "survey_dr1, simulated", "obs_copyright": "simulated by astrohub, free of conditions"}
CROSSMATCH = "x1p5__object__gaia_dr3_g10__gaia_source"


def write_release(folder: Path, step: Callable[[], None]) -> None:
    """Write all tables and files into `folder`; `step` is called after each part.

    Spectra lie in `files/spectra`, images in `files/images`.
    """
    gaia = read_gaia().rows
    sky = observed_sky(tuple(gaia[name].to_numpy() for name in ("ra", "dec", "phot_g_mean_mag")))
    _write(folder, "object", sky.table, ("object_id",))
    step()
    _write(folder, "source", light_curves(sky), ("object_id", "source_id"))
    step()
    spectra = spectroscopic_objects(sky)
    _write(folder, "specobj", spectra, ("specobj_id", "object_id"))
    step()
    pointings = exposures()
    _write(folder, "exposure", pointings, ("exposure_id",))
    step()
    _write(folder, CROSSMATCH, crossmatch(sky.table, gaia), ("object_id", "source_id"))
    step()
    _write_files(folder / "files" / "spectra", spectra.slice(0, SPECTRA), write_spectrum)
    step()
    _write_files(folder / "files" / "images", pointings, lambda row, to: write_image(row, sky, to))
    step()


def _write(folder: Path, name: str, rows: pa.Table, index_columns: tuple[str, ...]) -> None:
    source = Source(name=name, rows=rows, index_columns=index_columns, properties=_TITLE)
    write_collection(source, folder / name)


def _write_files(folder: Path, rows: pa.Table, write: Callable[[dict[str, object], Path], object]) -> None:
    folder.mkdir(parents=True)
    for row in rows.to_pylist():
        write(row, folder)
