"""Every format over HTTP, at once and as a job: its media type, its rows, and what it says of its end."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import requests
from astrohub_archive.formats import FORMATS, Format
from astropy.io import fits
from astropy.table import Table

from ...support.running_archive import RunningArchive
from .uws_client import JobClient

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5 ORDER BY source_id"
MANY = "SELECT source_id, ra FROM gaia_dr3_g10.gaia_source"
# The fault stands in the last row.
LATE = (
    "SELECT CAST(CASE WHEN s.n = 1 THEN 'x' ELSE '1' END AS INTEGER) AS n FROM "
    "(SELECT CASE WHEN source_id = (SELECT MAX(source_id) FROM gaia_dr3_g10.gaia_source) THEN 1 ELSE 0 END "
    "AS n, source_id FROM gaia_dr3_g10.gaia_source) AS s ORDER BY s.source_id"
)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_format_is_answered_by_its_name_with_its_media_type(archive: RunningArchive, form: Format) -> None:
    response = archive.query(BRIGHT, RESPONSEFORMAT=form.name, MAXREC="7")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == form.mime
    assert response.headers["Astrohub-Status"] == "OVERFLOW"
    assert response.headers["Astrohub-Maxrec"] == "7"
    assert response.headers["Content-Disposition"].endswith(f'.{form.extension}"')


def test_capabilities_name_every_format(archive: RunningArchive) -> None:
    said = requests.get(f"{archive.tap}/capabilities", timeout=30).text
    assert all(f"<mime>{form.mime}</mime>" in said for form in FORMATS)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_lines_that_were_cut_are_as_many_as_the_header_allows(archive: RunningArchive, form: str) -> None:
    response = archive.query(MANY, RESPONSEFORMAT=form, MAXREC="200000")
    assert "Astrohub-Status" not in response.headers
    assert response.content.count(b"\n") - 1 == int(response.headers["Astrohub-Maxrec"]) == 200_000


def test_fits_holds_all_rows_and_says_that_there_were_more(archive: RunningArchive) -> None:
    response = archive.query(MANY, RESPONSEFORMAT="application/fits", MAXREC="300000")
    with fits.open(io.BytesIO(response.content)) as units:
        assert units[1].header["QSTATUS"] == "OVERFLOW"
        found = units[1].data["source_id"]
        assert len(found) == 300_000
        assert len(set(found.tolist())) == 300_000
    assert not list(Path(archive.settings["workDir"]).glob("tmp/workers/*/tmp*"))


def test_a_query_that_fails_in_its_last_row_is_an_error_and_no_fits(archive: RunningArchive) -> None:
    response = archive.query(LATE, RESPONSEFORMAT="fits")
    assert response.status_code == 400
    assert "The query failed on a value" in response.text


def test_a_job_leaves_fits(archive: RunningArchive, token: str) -> None:
    client = JobClient(archive, token)
    job = client.create(BRIGHT, RESPONSEFORMAT="fits")
    assert client.ended(job).phase == "COMPLETED"
    result = client.request("GET", f"/{job}/results/result")
    assert result.headers["Content-Type"] == "application/fits"
    rows = Table.read(io.BytesIO(result.content), format="fits")
    assert len(rows) == 100
    assert str(rows["ra"].unit) == "deg"
