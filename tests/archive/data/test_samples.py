"""The sample data as the command makes them: real stars, exact, read-only, made once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import felis.datamodel
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
import yaml
from astrohub_archive.data.readonly import remove
from astrohub_archive.data.survey.galaxies import CLUSTERS
from astrohub_archive.data.survey.stars import DWARF
from astrohub_archive.errors import CatalogError
from astropy.io import fits

from ...support.sample_data import make_sample_data

SIRIUS_HIP = 32349
BRIGHTEST_GAIA = 1576683529448755328


def data(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the `data` command as an operator does."""
    command = [sys.executable, "-m", "astrohub_archive.main", "data", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def table(public: Path, name: str) -> pa.Table:
    """Return all rows of a sample table."""
    schema, bare = name.split(".")
    files = (public / schema / bare / bare / "dataset").glob("Norder=*/Dir=*/Npix=*.parquet")
    return pa.concat_tables([pq.read_table(path, partitioning=None) for path in files])


def test_gaia_holds_its_stars_with_exact_identifiers(sample_data: Path) -> None:
    rows = table(sample_data, "gaia_dr3_g10.gaia_source")
    assert len(rows) == 482_106
    identifiers = rows["source_id"].to_pylist()
    assert len(set(identifiers)) == 482_106
    assert min(identifiers) > 0
    assert sum(identifier > 2**53 for identifier in identifiers) == 481_768
    brightest = rows.filter(pa.compute.equal(rows["source_id"], BRIGHTEST_GAIA)).to_pylist()[0]
    assert (brightest["ra"], brightest["dec"]) == pytest.approx((193.50817847, 55.95978478), abs=1e-8)
    assert (rows["phot_bp_mean_mag"].null_count, rows["phot_rp_mean_mag"].null_count) == (293, 289)
    colours = pa.compute.subtract(rows["phot_bp_mean_mag"], rows["phot_rp_mean_mag"])
    low, middle, high = pa.compute.quantile(colours, [0.01, 0.5, 0.99]).to_pylist()
    assert (low, middle, high) == pytest.approx((-0.057, 1.153, 4.029), abs=0.01)


def test_hipparcos_holds_its_stars_in_degrees(sample_data: Path) -> None:
    rows = table(sample_data, "hipparcos.hip2")
    assert len(rows) == 117_955
    sirius = rows.filter(pa.compute.equal(rows["hip"], SIRIUS_HIP)).to_pylist()[0]
    assert (sirius["ra"], sirius["dec"]) == pytest.approx((101.287, -16.716), abs=0.01)
    assert sirius["plx"] == pytest.approx(379.21)
    assert (sirius["pmra"], sirius["pmde"]) == pytest.approx((-546.01, -1223.07))
    assert sirius["hpmag"] == pytest.approx(-1.0876)
    assert rows["b_v"].null_count == 1_143


SCHEMAS = ["gaia_dr3_g10", "hipparcos", "ivoa", "openngc", "survey_dr1"]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_descriptions_are_felis_and_complete(sample_data: Path, schema: str) -> None:
    content = yaml.safe_load((sample_data / schema / f"{schema}.yaml").read_text(encoding="utf-8"))
    described: Any = felis.datamodel.Schema.model_validate(content)
    for one in described.tables:
        assert one.description
        for column in one.columns:
            assert column.description, column.name
            assert column.ivoa_ucd, column.name
    assert "icence" in (sample_data / schema / "CREDITS").read_text(encoding="utf-8") or schema == "hipparcos"


def test_everything_simulated_says_so(sample_data: Path) -> None:
    content = yaml.safe_load((sample_data / "survey_dr1" / "survey_dr1.yaml").read_text(encoding="utf-8"))
    own = [one for one in content["tables"] if one["name"] != "tbl_stat"]
    assert all("imulated" in one["description"] for one in own)
    columns = [column for one in own for column in one["columns"] if column["name"] != "source_id"]
    assert all("imulated" in column["description"] for column in columns)


def test_the_survey_holds_what_is_to_be_found_in_it(sample_data: Path) -> None:
    objects = table(sample_data, "survey_dr1.object").to_pandas()
    assert objects["object_id"].min() > 2**53
    assert objects["object_id"].is_unique
    blue = objects[
        (objects["gmag"] - objects["rmag"]).between(-0.3, 0.3) & objects["gmag"].between(19.4, 20.4)
    ]
    near = np.hypot(blue["ra"] - DWARF[0], blue["dec"] - DWARF[1]) < 0.15
    assert near.sum() > 5 * len(blue) * np.pi * 0.15**2 / 150
    redshifts = table(sample_data, "survey_dr1.specobj").to_pandas()
    for ra, dec, redshift, _ in CLUSTERS:
        close = redshifts[np.hypot(redshifts["ra"] - ra, redshifts["dec"] - dec) < 0.3]
        assert (np.abs(close["z"] - redshift) < 0.02).sum() > 10, redshift
    epochs = table(sample_data, "survey_dr1.source").to_pandas()["object_id"].value_counts()
    assert 300 < epochs.max() <= 400


def test_spectra_and_images_are_files_that_their_tables_name(sample_data: Path) -> None:
    for name, column, kind in (("specobj", "spectrum", "spectra"), ("exposure", "image", "images")):
        named = set(table(sample_data, f"survey_dr1.{name}")[column].drop_null().to_pylist())
        assert named == {path.name for path in (sample_data / "survey_dr1" / "files" / kind).iterdir()}
    image = next((sample_data / "survey_dr1" / "files" / "images").iterdir())
    with fits.open(image) as opened:
        assert opened[0].header["CTYPE1"] == "RA---TAN"
        assert opened[0].header["SIMULATD"] is True


def test_nothing_that_is_published_can_be_written(sample_data: Path) -> None:
    for path, _, files in os.walk(sample_data):
        assert os.stat(path).st_mode & 0o777 == 0o555, path
        for name in files:
            assert os.stat(os.path.join(path, name)).st_mode & 0o777 == 0o444, name


def test_a_second_make_changes_nothing(sample_data: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in sample_data.rglob("*")}
    done = data("make", "--public", str(sample_data))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "progress gaia_dr3_g10 4/4",
        "progress hipparcos 4/4",
        "progress openngc 1/1",
        "progress survey_dr1 8/8",
        "progress ivoa 1/1",
    ]
    assert {path: path.stat().st_mtime_ns for path in sample_data.rglob("*")} == before


def test_an_interrupted_make_is_taken_up(tmp_path: Path) -> None:
    public = tmp_path / "public"
    partial = public / ".hipparcos.partial" / "hip2"
    partial.mkdir(parents=True)
    (partial / "half").write_text("half", encoding="ascii")
    (public / "hipparcos").mkdir()
    (public / "hipparcos" / ".content").write_text("of an older version\n", encoding="ascii")
    make_sample_data(public, but="hipparcos")
    assert sorted(path.name for path in public.iterdir()) == SCHEMAS
    assert (public / "hipparcos" / "hip2" / "collection.properties").exists()
    remove(public)


def test_the_list_shows_tables_rows_and_sizes(sample_data: Path) -> None:
    listed = json.loads(data("list", "--public", str(sample_data), "--json").stdout)
    rows = {entry["name"]: entry["rows"] for entry in listed["tables"]}
    assert rows["gaia_dr3_g10.gaia_source"] == 482_106
    assert rows["hipparcos.hip2"] == 117_955
    assert rows["openngc.objects"] == 14_033
    assert rows["survey_dr1.object"] > 200_000
    assert rows["ivoa.obscore"] == 600
    assert rows["survey_dr1.tbl_stat"] == len(rows) == 10
    assert all(entry["bytes"] > 1_000 for entry in listed["tables"])
    assert listed["problems"] == []
    assert "482,106 rows" in data("list", "--public", str(sample_data)).stdout


def test_the_statistics_count_every_table_as_it_is_listed(sample_data: Path) -> None:
    listed = json.loads(data("list", "--public", str(sample_data), "--json").stdout)
    counted = pq.read_table(sample_data / "survey_dr1" / "tbl_stat" / "tbl_stat.parquet").to_pylist()
    names = [f"{row['schema_name']}.{row['table_name']}" for row in counted]
    assert names == sorted(names, key=lambda name: (name == "survey_dr1.tbl_stat", name))
    rows = {name: row["nrows"] for name, row in zip(names, counted, strict=True)}
    assert rows == {entry["name"]: entry["rows"] for entry in listed["tables"]}
    sizes = {name: row["size_bytes"] for name, row in zip(names, counted, strict=True)}
    file = sample_data / "ivoa" / "obscore" / "obscore.parquet"
    assert sizes["ivoa.obscore"] == file.stat().st_size


def test_a_folder_that_does_not_exist_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = data("list", "--public", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert done.stderr.startswith("The folder of public data")
    assert done.stderr.count("\n") == 1


def test_two_makes_at_once_do_not_write_over_each_other(tmp_path: Path) -> None:
    from astrohub_archive.data import make

    public = tmp_path / "public"
    make_sample_data(public)
    seen: list[str] = []

    def progress(step: str, done: int, total: int) -> None:
        if not seen:
            seen.append(step)
            with pytest.raises(CatalogError, match="Another process is writing"):
                make.make_samples(public, lambda *_: None)

    make.make_samples(public, progress)
    assert seen == ["gaia_dr3_g10"]
    remove(public)
