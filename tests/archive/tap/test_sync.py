"""Queries answered at once: parameters, formats, limits (TAP 1.1, §2.1 and §2.7)."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
import requests
from astropy.io.votable import parse_single_table

from ...support.running_archive import RunningArchive

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5 ORDER BY source_id"
MANY = "SELECT source_id, ra FROM gaia_dr3_g10.gaia_source"


def rows_of(response: requests.Response) -> list[list[str]]:
    assert response.status_code == 200, response.text
    return list(csv.reader(io.StringIO(response.content.decode())))[1:]


def test_get_post_and_multipart_answer_alike(archive: RunningArchive) -> None:
    form = {"lang": "ADQL", "QuerY": BRIGHT, "ResponseFormat": "csv", "request": "doQuery"}
    url = f"{archive.tap}/sync"
    by_get = rows_of(requests.get(url, params=form, timeout=60))
    by_post = rows_of(requests.post(url, data=form, timeout=60))
    by_parts = rows_of(
        requests.post(url, files={name: (None, text) for name, text in form.items()}, timeout=60)
    )
    assert len(by_get) == 100
    assert by_get == by_post == by_parts


@pytest.mark.parametrize("language", ["ADQL", "adql", "ADQL-2.0", "ADQL-2.1"])
def test_languages(archive: RunningArchive, language: str) -> None:
    assert len(rows_of(archive.query(BRIGHT, LANG=language))) == 100


def test_votable_is_the_default_and_arrow_holds_the_same(archive: RunningArchive) -> None:
    votable = archive.query(BRIGHT, RESPONSEFORMAT="")
    assert votable.headers["Content-Type"].startswith("application/x-votable+xml")
    table = parse_single_table(io.BytesIO(votable.content)).to_table()
    arrow = archive.query(BRIGHT, RESPONSEFORMAT="application/vnd.apache.arrow.stream")
    assert arrow.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    batches = pa.ipc.open_stream(arrow.content).read_all()
    assert batches.column("source_id").to_pylist() == [int(value) for value in table["source_id"]]
    assert str(table["ra"].unit) == "deg"
    assert batches.schema.field("ra").metadata[b"unit"] == b"deg"


def test_a_whole_answer_says_so_before_it_begins(archive: RunningArchive) -> None:
    response = archive.query(BRIGHT, RESPONSEFORMAT="arrow")
    assert response.headers["Astrohub-Status"] == "OK"
    assert response.headers["Astrohub-Rows"] == "100"


def test_an_arrow_stream_ends_with_how_it_ended(archive: RunningArchive) -> None:
    response = archive.query(MANY, RESPONSEFORMAT="arrow", MAXREC="300000")
    assert "Astrohub-Status" not in response.headers
    reader = pa.ipc.open_stream(response.content)
    rows, ending = 0, {}
    while True:
        try:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        rows += batch.num_rows
        if metadata is not None:
            ending = dict(metadata)
    assert rows == 300_000
    assert ending[b"astrohub.status"] == b"OVERFLOW"
    assert ending[b"astrohub.rows"] == b"300000"
    assert batch.num_rows == 0


def test_overflow_is_told_in_a_votable(archive: RunningArchive) -> None:
    response = archive.query(MANY, RESPONSEFORMAT="votable", MAXREC="7")
    assert response.headers["Astrohub-Status"] == "OVERFLOW"
    assert 'value="OVERFLOW"' in response.text.replace("'", '"')
    assert len(parse_single_table(io.BytesIO(response.content)).to_table()) == 7


def test_maxrec_zero_asks_for_the_columns_only(archive: RunningArchive) -> None:
    response = archive.query(BRIGHT, RESPONSEFORMAT="votable", MAXREC="0")
    assert response.status_code == 200, response.text
    table = parse_single_table(io.BytesIO(response.content))
    assert len(table.array) == 0
    assert table.fields[0].name == "source_id"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"LANG": ""}, "LANG is missing"),
        ({"LANG": "PQL"}, "LANG must be one of ADQL"),
        ({"QUERY": " "}, "QUERY is missing"),
        ({"MAXREC": "-1"}, "MAXREC must be at least 0"),
        ({"MAXREC": "all"}, "MAXREC must be a whole number"),
        ({"REQUEST": "getTables"}, "REQUEST must be doQuery"),
        ({"UPLOAD": "mine,param:table"}, "no file came in a part of that name"),
        ({"RESPONSEFORMAT": "parquet/odd"}, "votable"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    archive: RunningArchive, changes: dict[str, str], sentence: str
) -> None:
    form = {"LANG": "ADQL", "QUERY": BRIGHT, **changes}
    response = requests.post(f"{archive.tap}/sync", data=form, timeout=30)
    assert response.status_code == 400
    assert sentence in response.text
    assert 'value="ERROR"' in response.text


def test_a_parameter_given_twice_is_refused(archive: RunningArchive) -> None:
    form = [("LANG", "ADQL"), ("QUERY", BRIGHT), ("query", "SELECT 1")]
    response = requests.post(f"{archive.tap}/sync", data=form, timeout=30)
    assert response.status_code == 400
    assert "QUERY was given more than once" in response.text


def test_every_answer_is_disarmed(archive: RunningArchive) -> None:
    for response in (
        archive.query(BRIGHT),
        archive.query("SELECT"),
        requests.get(f"{archive.tap}/x", timeout=30),
    ):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "sandbox"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers
    assert archive.query(BRIGHT).headers["Content-Disposition"] == 'attachment; filename="result.csv"'
