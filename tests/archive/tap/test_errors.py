"""What a user reads when a query cannot be answered: one sentence, at the right place, in the right form."""

from __future__ import annotations

import http.client

import pytest
import requests

from ...support.running_archive import PREFIX, RunningArchive

MISSPELT = "SELECT source_id,\n  phot_g_mean_magg FROM gaia_dr3_g10.gaia_source"


def test_a_misspelt_column_is_answered_with_its_place_and_the_name_meant(archive: RunningArchive) -> None:
    response = archive.query(MISSPELT, RESPONSEFORMAT="arrow")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["slug"] == "query"
    assert problem["suggestion"] == "phot_g_mean_mag"
    assert problem["position"] == {"line": 2, "column": 3, "endColumn": 19}
    assert "phot_g_mean_magg" in problem["detail"]


def test_other_clients_read_the_same_in_a_votable(archive: RunningArchive) -> None:
    response = archive.query(MISSPELT, RESPONSEFORMAT="votable")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/x-votable+xml"
    assert "phot_g_mean_magg" in response.text
    assert '<INFO name="QUERY_STATUS" value="ERROR">' in response.text


def test_whoever_accepts_problems_gets_problems(archive: RunningArchive) -> None:
    response = archive.query(MISSPELT, headers={"Accept": "application/problem+json"})
    assert response.json()["status"] == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/tap/sync", 405), ("GET", "/tap/sync/x", 404)],
)
def test_addresses_that_do_not_exist_are_told(
    archive: RunningArchive, method: str, path: str, status: int
) -> None:
    response = requests.request(method, f"{archive.base}{PREFIX}{path}", timeout=30)
    assert response.status_code == status
    assert 'value="ERROR"' in response.text


def test_ten_megabytes_of_query_are_refused_with_a_sentence(archive: RunningArchive) -> None:
    response = archive.query("SELECT " + "1," * 5_000_000 + "1")
    assert response.status_code == 413
    assert "2,097,152 bytes" in response.text
    assert archive.query("SELECT TOP 1 hip FROM hipparcos.hip2").status_code == 200


def test_a_body_without_a_length_is_bounded_too(archive: RunningArchive) -> None:
    def pieces() -> list[bytes]:
        return [b"LANG=ADQL&QUERY=", *[b"x" * 65_536] * 40]

    response = requests.post(
        f"{archive.tap}/sync",
        data=iter(pieces()),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=30,
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"QUERY=\xff\xfe"),
        ("application/x-www-form-urlencoded", b"QUERY=%ff"),
        ("multipart/form-data", b"--"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
    ],
)
def test_a_body_that_is_no_form_is_refused(archive: RunningArchive, kind: str, body: bytes) -> None:
    response = requests.post(f"{archive.tap}/sync", data=body, headers={"Content-Type": kind}, timeout=30)
    assert response.status_code == 400
    assert 'value="ERROR"' in response.text


def test_a_request_that_is_not_http_does_no_harm(archive: RunningArchive) -> None:
    connection = http.client.HTTPConnection(archive.base.removeprefix("http://"), timeout=60)
    connection.putrequest("GET", f"{PREFIX}/tap/sync?QUERY=" + "x" * 200_000)
    connection.endheaders()
    assert connection.getresponse().status == 400
    assert requests.get(f"{archive.tap}/availability", timeout=60).status_code == 200
