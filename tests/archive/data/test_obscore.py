"""ivoa.obscore: the sample images and spectra as ObsCore describes them, and a site's own in their place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests
import yaml
from astrohub_archive.catalog.load import load_catalog
from astrohub_archive.data.readonly import remove
from astropy.io import fits
from astropy.wcs import WCS

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from ...support.sample_data import make_sample_data, share_files
from .loading import data, load

IMAGES, SPECTRA = 60, 540


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """An archive that serves the files of the sample data as public ones."""
    folder = tmp_path_factory.mktemp("obscore")
    public = folder / "files" / "public"
    share_files(sample_data / "survey_dr1" / "files", public / "survey_dr1")
    served = {"filesDir": str(folder / "files"), "publicFilesDir": str(public)}
    with running_archive(folder, sample_data, hub.api_url, **served) as archive:
        yield archive


def _rows(archive: RunningArchive, query: str) -> list[dict[str, str]]:
    answer = archive.query(query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def _fetch(row: dict[str, str]) -> fits.HDUList:
    """Fetch what a row leads to, as anybody can, and compare it with what the row says of it."""
    answer = requests.get(row["access_url"], timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == row["access_format"]
    assert 0 <= int(row["access_estsize"]) * 1000 - len(answer.content) < 1000
    return fits.open(io.BytesIO(answer.content))


def test_every_image_and_spectrum_has_its_row(archive: RunningArchive, sample_data: Path) -> None:
    rows = _rows(archive, "SELECT dataproduct_type, access_url FROM ivoa.obscore")
    for kind, folder, count in (("image", "images", IMAGES), ("spectrum", "spectra", SPECTRA)):
        named = {row["access_url"].rpartition("/")[2] for row in rows if row["dataproduct_type"] == kind}
        assert named == {file.name for file in (sample_data / "survey_dr1/files" / folder).iterdir()}
        assert len(named) == count
    urls = {row["access_url"] for row in rows}
    assert len(urls) == IMAGES + SPECTRA
    assert all(url.startswith(f"{archive.base}/services/archive/files/public/survey_dr1/") for url in urls)


def test_an_image_is_fetched_and_covers_the_region_of_its_row(archive: RunningArchive) -> None:
    row = _rows(archive, "SELECT TOP 1 * FROM ivoa.obscore WHERE dataproduct_type = 'image' ORDER BY obs_id")[
        0
    ]
    with _fetch(row) as file:
        header = file[0].header
        footprint = WCS(header).calc_footprint(center=False)
        assert file[0].data.shape == (int(row["s_xel2"]), int(row["s_xel1"]))
    said = np.array(row["s_region"].split()[2:], dtype=float).reshape(4, 2)
    for corner in footprint:
        assert min(np.hypot(*(corner - place)) for place in said) < 1e-6
    assert float(row["t_min"]) == pytest.approx(header["MJD-OBS"], abs=1e-9)
    assert float(row["t_exptime"]) == pytest.approx(header["EXPTIME"])
    inside = f"SELECT AREA(s_region), s_fov FROM ivoa.obscore WHERE obs_id = '{row['obs_id']}'"
    area, diameter = map(float, _rows(archive, inside)[0].values())
    assert area == pytest.approx((320 * 1.2 / 3600) ** 2, rel=1e-5)
    assert diameter == pytest.approx(np.sqrt(2 * area), rel=1e-5)


def test_a_spectrum_is_fetched_and_has_the_wavelengths_of_its_row(archive: RunningArchive) -> None:
    where = "dataproduct_type = 'spectrum' AND target_class = 'QSO'"
    row = _rows(archive, f"SELECT TOP 1 * FROM ivoa.obscore WHERE {where} ORDER BY obs_id")[0]
    with _fetch(row) as file:
        header, wavelengths = file["SPECTRUM"].header, file["SPECTRUM"].data["wavelength"]
    assert (header["OBJECTID"], header["CLASS"]) == (row["target_name"], "QSO")
    assert float(row["em_min"]) == pytest.approx(wavelengths.min() * 1e-10)
    assert float(row["em_max"]) == pytest.approx(wavelengths.max() * 1e-10)
    assert int(row["em_xel"]) == len(wavelengths)
    assert float(row["s_ra"]) == pytest.approx(header["RA"])


def test_regions_of_observations_are_compared_with_those_of_a_query(archive: RunningArchive) -> None:
    spectra = _rows(
        archive, "SELECT obs_id, s_ra, s_dec FROM ivoa.obscore WHERE dataproduct_type = 'spectrum'"
    )
    ra, dec = 182.0, 0.5
    near = {
        row["obs_id"]
        for row in spectra
        if np.hypot((float(row["s_ra"]) - ra) * np.cos(np.radians(dec)), float(row["s_dec"]) - dec) < 1.5
    }
    found = _rows(
        archive,
        "SELECT obs_id FROM ivoa.obscore WHERE dataproduct_type = 'spectrum'"
        f" AND INTERSECTS(s_region, CIRCLE({ra}, {dec}, 1.5)) = 1",
    )
    assert {row["obs_id"] for row in found} ^ near <= set()
    assert near
    image = _rows(
        archive, "SELECT TOP 1 obs_id, s_ra, s_dec FROM ivoa.obscore WHERE instrument_name = 'imager'"
    )[0]
    at = f"POINT({image['s_ra']}, {float(image['s_dec']) + 0.05})"
    held = _rows(archive, f"SELECT obs_id FROM ivoa.obscore WHERE 1 = CONTAINS({at}, s_region)")
    assert image["obs_id"] in {row["obs_id"] for row in held}


def test_without_public_files_places_lead_nowhere(sample_data: Path) -> None:
    table = load_catalog(sample_data).table("ivoa", "obscore")
    assert table is not None
    relative = {column.name: column.relative_to for column in table.columns if column.relative_to is not None}
    assert relative == {"access_url": ""}


def _observations(sample_data: Path) -> pa.Table:
    return pq.read_table(sample_data / "ivoa" / "obscore" / "obscore.parquet").slice(58, 4)


def _replaced(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, pa.array(values))


def test_a_sites_own_observations_stay_and_have_the_words_of_the_standard(
    tmp_path: Path, sample_data: Path
) -> None:
    public = tmp_path / "public"
    own = _replaced(_observations(sample_data), "obs_collection", ["own"] * 4)
    own = own.append_column("airmass", pa.array([1.0, 1.1, 1.2, 1.3]))
    pq.write_table(own, tmp_path / "own.parquet")
    load(public, tmp_path / "own.parquet", "--table", "ivoa.obscore")
    make_sample_data(public, but="ivoa")
    load(public, tmp_path / "own.parquet", "--table", "ivoa.obscore", "--replace")
    assert data("make", "--public", public).code == 0
    table = load_catalog(public).table("ivoa", "obscore")
    assert table is not None
    assert table.rows == 4
    columns = {column.name: column for column in table.columns}
    region = columns["s_region"]
    assert (region.xtype, region.ucd) == ("adql:REGION", "pos.outline;obs.field")
    assert region.utype == "obscore:Char.SpatialAxis.Coverage.Support.Area"
    assert columns["access_estsize"].unit == "kbyte"
    assert columns["airmass"].utype is None
    assert table.utype == "ivo://ivoa.net/std/ObsCore#table-1.1"
    described = yaml.safe_load((public / "ivoa" / "ivoa.yaml").read_text(encoding="utf-8"))
    assert described["name"] == "ivoa"
    remove(public)


def test_what_lacks_columns_is_no_table_of_observations(tmp_path: Path, sample_data: Path) -> None:
    pq.write_table(_observations(sample_data).drop_columns(["em_min", "s_fov"]), tmp_path / "few.parquet")
    said = data("load", tmp_path / "few.parquet", "--table", "ivoa.obscore", "--public", tmp_path / "public")
    assert "these are missing: s_fov, em_min" in said.refusal
    other = data("load", tmp_path / "few.parquet", "--table", "ivoa.other", "--public", tmp_path / "public")
    assert "reserved" in other.refusal
