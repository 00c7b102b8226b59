"""The route of the Query tab, against a real JupyterLab and an archive that fails on demand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from astrohub_lab.errors import LabError
from astrohub_lab.settings import Settings

from .conftest import Lab
from .fake_archive import TOKEN, FakeArchive, stars, whole_stream


def test_the_archives_bytes_and_headers_reach_the_page_as_they_are(lab: Lab) -> None:
    answer = lab.ask("SELECT 1")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    assert (answer.headers["Astrohub-Status"], answer.headers["Astrohub-Rows"]) == ("OK", "100")
    assert answer.content == whole_stream(stars(100))


def test_identifiers_are_exact_in_the_answer(lab: Lab) -> None:
    table = pa.ipc.open_stream(lab.ask("SELECT 1").content).read_all()
    assert table["source_id"][99].as_py() == 4611686018427387905 + 1024 * 99


def test_the_archive_is_asked_in_the_words_of_tap(lab: Lab, archive: FakeArchive) -> None:
    lab.ask("SELECT TOP 5 *\nFROM t", maxrec=77)
    (request,) = archive.requests
    assert request.form == {
        "REQUEST": "doQuery",
        "LANG": "ADQL",
        "QUERY": "SELECT TOP 5 *\nFROM t",
        "MAXREC": "77",
        "RESPONSEFORMAT": "application/vnd.apache.arrow.stream",
        "RUNID": "a-query",
    }


def test_a_refusal_reaches_the_page_with_its_place_and_suggestion(lab: Lab) -> None:
    answer = lab.ask("SELECT phot_g_mean_mg FROM t")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["position"] == {"line": 1, "column": 8, "endColumn": 22}
    assert problem["suggestion"] == "phot_g_mean_mag"


def test_a_refusal_for_want_of_a_scope_keeps_its_sentence(lab: Lab) -> None:
    answer = lab.ask("SELECT forbidden")
    assert (answer.status_code, answer.json()["slug"]) == (403, "forbidden")


def test_a_crash_of_the_archive_becomes_a_sentence(lab: Lab) -> None:
    answer = lab.ask("SELECT crash")
    assert (answer.status_code, answer.json()["slug"]) == (502, "archive")
    assert "HTTP 500" in answer.json()["detail"]
    assert "Traceback" not in answer.text


def test_a_token_that_was_revoked_says_to_restart_the_server(lab: Lab) -> None:
    lab.token_file.write_text("revoked")
    answer = lab.ask("SELECT 1")
    assert (answer.status_code, answer.json()["slug"]) == (401, "token-refused")
    assert "start it again" in answer.json()["detail"]
    assert "WWW-Authenticate" not in answer.headers, "the browser would ask for a password"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_token_file_without_a_token_says_to_restart_the_server(lab: Lab, content: str | None) -> None:
    lab.token_file.unlink()
    if content is not None:
        lab.token_file.write_text(content)
    answer = lab.ask("SELECT 1")
    assert (answer.status_code, answer.json()["slug"]) == (503, "no-token")
    assert str(lab.token_file) in answer.json()["detail"]


def test_the_token_is_read_anew_at_each_call(lab: Lab) -> None:
    lab.token_file.write_text("revoked")
    assert lab.ask("SELECT 1").status_code == 401
    lab.token_file.write_text(TOKEN)
    assert lab.ask("SELECT 1").status_code == 200


def test_an_archive_that_is_down_is_said_to_be_restarting(lab: Lab, archive: FakeArchive) -> None:
    archive.__exit__()
    try:
        answer = lab.ask("SELECT 1")
    finally:
        archive.__enter__()
    assert (answer.status_code, answer.json()["slug"]) == (502, "unreachable")
    assert archive.url in answer.json()["detail"]
    assert lab.ask("SELECT 1").status_code == 200


def test_an_answer_that_breaks_off_has_no_last_words(lab: Lab) -> None:
    answer = lab.ask("SELECT drop")
    assert answer.status_code == 200
    assert answer.content == whole_stream(stars(5000))[:200_000]


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[]",
        b"{}",
        b'{"query": "  ", "maxrec": 1, "id": "q"}',
        b'{"query": 1, "maxrec": 1, "id": "q"}',
        b'{"query": "SELECT 1", "maxrec": 0, "id": "q"}',
        b'{"query": "SELECT 1", "maxrec": true, "id": "q"}',
        b'{"query": "SELECT 1", "maxrec": 1, "id": "q\\u00e9"}',
        b'{"query": "SELECT \\ud800", "maxrec": 1, "id": "q"}',
        b'{"query": "SELECT 1", "maxrec": 1, "id": "\\udfff"}',
        pytest.param(b'{"query": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="nested-too-deep"),
    ],
)
def test_a_request_that_is_not_understood_never_reaches_the_archive(
    lab: Lab, archive: FakeArchive, body: bytes
) -> None:
    headers = {"Authorization": f"token {lab.token}"}
    answer = httpx.post(lab.query_url, content=body, headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["slug"]) == (400, "usage")
    assert archive.requests == []


@pytest.mark.parametrize("query", ["SELECT think", "SELECT trickle"])
async def test_leaving_stops_the_query_in_the_archive(lab: Lab, archive: FakeArchive, query: str) -> None:
    async def ask() -> None:
        headers = {"Authorization": f"token {lab.token}"}
        body = {"query": query, "maxrec": 100_000, "id": "a-query"}
        async with (
            httpx.AsyncClient(timeout=60) as client,
            client.stream("POST", lab.query_url, json=body, headers=headers) as answer,
        ):
            async for _ in answer.aiter_raw():
                archive.thinking.set()

    asking = asyncio.create_task(ask())
    assert await asyncio.to_thread(archive.thinking.wait, 60), "the query never began"
    asking.cancel()
    assert await asyncio.to_thread(archive.left.wait, 60), "the archive still works on it"
    assert lab.ask("SELECT 1").status_code == 200


def test_no_token_is_in_what_the_page_gets_or_in_the_log(lab: Lab) -> None:
    pages = [httpx.get(f"{lab.url}/lab", headers={"Authorization": f"token {lab.token}"}, timeout=60).text]
    pages += [lab.ask(query).text for query in ("SELECT 1", "SELECT phot_g_mean_mg", "SELECT crash")]
    assert [page for page in pages if TOKEN in page] == []
    assert TOKEN not in lab.log.read_text()


@pytest.mark.parametrize("ask_for", ["tap_sync_url", "token"])
def test_a_server_that_was_told_nothing_says_which_variable_is_missing(ask_for: str) -> None:
    settings = Settings.from_environment({})
    with pytest.raises(LabError, match=r"ASTROHUB_(INTERNAL_URL|TOKEN_FILE) is not set"):
        getattr(settings, ask_for) if ask_for == "tap_sync_url" else settings.token()


def test_a_trailing_slash_of_the_address_does_not_matter(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ASTROHUB_INTERNAL_URL": "http://hub/", "ASTROHUB_TOKEN_FILE": ""})
    assert settings.tap_sync_url == "http://hub/services/archive/tap/sync"
