"""The caller's jobs in JSON, as pages show them: the same jobs that UWS clients see."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
import requests
from astrohub_archive.databases import open_database
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import JobStore, Submission, submit

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive
from .queries import ENDLESS
from .uws_client import JobClient

STARS = "SELECT TOP 30 source_id, ra, phot_g_mean_mag FROM gaia_dr3_g10.gaia_source ORDER BY source_id"
EVIL = "Étoiles <b>d’été</b>"

Ask = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def owner(archive: RunningArchive, hub: FakeHub) -> JobClient:
    """A user with twenty jobs, all of them stopped."""
    engine = open_database(None, archive.folder / "work")
    store = JobStore(engine, "tap")
    for number in range(20):
        query = Parameters([("QUERY", f"SELECT {number} FROM t{number % 4}")])
        name = EVIL if number == 7 else f"run {number}"
        made = submit(
            store, Submission("owner", query, timedelta(days=1), 60, run_id=name), lambda load: None
        )
        store.abort(made.job_id)  # those that wait are limited
    engine.dispose()
    return JobClient(archive, hub.give("00112233445566778899aabbccddeeff", "owner"))


@pytest.fixture
def ask(archive: RunningArchive, owner: JobClient) -> Ask:
    """Send a request below /jobs."""

    def send(method: str, path: str = "", headers: dict[str, str] | None = None, **params: Any) -> Any:
        url = f"{archive.base}/services/archive/jobs{path}"
        return requests.request(method, url, params=params, headers=headers or owner.headers, timeout=60)

    return send


def names(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [job["name"] for job in answer.json()["jobs"]]


def test_pages_leave_nothing_out(ask: Ask) -> None:
    pages = [ask("GET", LAST=8, PHASE="ABORTED")]
    while (before := pages[-1].json()["before"]) is not None:
        pages.append(ask("GET", LAST=8, PHASE="ABORTED", BEFORE=before))
    assert [len(names(page)) for page in pages] == [8, 8, 4]
    expected = [EVIL if number == 7 else f"run {number}" for number in reversed(range(20))]
    assert [name for page in pages for name in names(page)] == expected


def test_a_text_is_found_in_names_and_queries_whatever_its_capitals(ask: Ask) -> None:
    assert names(ask("GET", TEXT="étoiles <B>")) == [EVIL]
    found = ask("GET", TEXT="FROM T3", LAST=4)
    assert names(found) == ["run 19", "run 15", "run 11", EVIL]
    rest = ask("GET", TEXT="FROM T3", BEFORE=found.json()["before"])
    assert names(rest) == ["run 3"]
    assert rest.json()["before"] is None
    assert names(ask("GET", TEXT="no such")) == []


def test_who_waits_is_told_of_a_job_from_elsewhere(ask: Ask, owner: JobClient) -> None:
    version = ask("GET", LAST=1).json()["version"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(ask, "GET", LAST=1, VERSION=version, WAIT=50)
        job_id = owner.create("SELECT 1 AS one FROM hipparcos.hip2", run=False, RUNID="from elsewhere")
        told = waiting.result().json()
    assert told["version"] != version
    assert told["jobs"][0]["name"] == "from elsewhere"
    assert ask("DELETE", f"/{job_id}").status_code == 204


def test_a_result_comes_in_other_forms_without_running_the_query_again(ask: Ask, owner: JobClient) -> None:
    job_id = owner.create(STARS, RUNID="stars")
    assert owner.ended(job_id).phase == "COMPLETED"
    job = ask("GET", f"/{job_id}").json()
    assert (job["name"], job["query"], job["result"]["rows"]) == ("stars", STARS, 30)
    assert (job["result"]["format"], job["result"]["isCut"]) == ("votable", False)
    assert job["result"]["bytes"] > 100
    assert job["started"] <= job["ended"]
    assert ask("GET", f"/{job_id}/rows").content == owner.request("GET", f"/{job_id}/results/result").content
    answer = ask("GET", f"/{job_id}/rows", RESPONSEFORMAT="arrow", MAXREC=20)
    assert answer.headers["Astrohub-Status"] == "OVERFLOW"
    rows = pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    exact = ask("GET", f"/{job_id}/rows", RESPONSEFORMAT="csv").text.split()[1:]
    assert [str(value) for value in rows["source_id"].to_pylist()] == [line.split(",")[0] for line in exact][
        :20
    ]
    assert rows.schema.field("ra").metadata[b"unit"] == b"deg"
    assert rows.schema.field("phot_g_mean_mag").metadata[b"ucd"].startswith(b"phot.mag")


def test_a_query_is_run_as_a_job(ask: Ask, owner: JobClient, archive: RunningArchive) -> None:
    url = f"{archive.base}/services/archive/jobs"
    made = requests.post(url, json={"query": STARS, "name": EVIL}, headers=owner.headers, timeout=60)
    assert (made.status_code, made.json()["name"]) == (201, EVIL)
    job_id = made.json()["id"]
    assert owner.ended(job_id).phase == "COMPLETED"
    assert ask("GET", f"/{job_id}").json()["result"]["format"] == "parquet"
    rows = pa.ipc.open_stream(ask("GET", f"/{job_id}/rows", RESPONSEFORMAT="arrow").content).read_all()
    assert (rows.num_rows, rows.schema.field("ra").metadata[b"unit"]) == (30, b"deg")
    part = ask("GET", f"/{job_id}/rows", RESPONSEFORMAT="arrow", MAXREC=7)
    assert part.headers["Astrohub-Status"] == "OVERFLOW"
    assert pa.ipc.open_stream(part.content).read_all().equals(rows.slice(0, 7))


def test_a_query_of_megabytes_takes_little_of_a_list(ask: Ask, owner: JobClient) -> None:
    long = f"SELECT 1 -- {'x' * 1_500_000} the end"
    job_id = owner.create(long)
    owner.ended(job_id)
    shown = next(job for job in ask("GET", TEXT="the end").json()["jobs"] if job["id"] == job_id)
    assert shown["isQueryCut"]
    assert long.startswith(shown["query"])
    assert ask("GET", f"/{job_id}").json()["query"] == long
    assert ask("DELETE", f"/{job_id}").status_code == 204


def test_what_cannot_be_read_again_says_so(ask: Ask, owner: JobClient) -> None:
    job_id = owner.create(STARS, RESPONSEFORMAT="json")
    owner.ended(job_id)
    refused = ask("GET", f"/{job_id}/rows", RESPONSEFORMAT="arrow")
    assert refused.status_code == 400
    assert "for it is json: download the file" in refused.json()["detail"]
    assert ask("GET", f"/{job_id}/rows").json()["data"]


def test_a_job_is_stopped_kept_and_removed(ask: Ask, owner: JobClient) -> None:
    job_id = owner.create(ENDLESS)
    assert owner.begun(job_id).phase == "EXECUTING"
    assert ask("POST", f"/{job_id}/abort").status_code == 200
    assert owner.ended(job_id).phase == "ABORTED"
    owner.request("POST", f"/{job_id}", data={"DESTRUCTION": "2099-01-01T00:00:00Z"})
    short = ask("GET", LAST=1, TEXT="run 1").json()["jobs"][0]
    kept = ask("POST", f"/{short['id']}/keep").json()
    assert kept["destruction"] > short["destruction"]
    assert ask("DELETE", f"/{job_id}").status_code == 204
    assert ask("GET", f"/{job_id}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/rows"), ("POST", "/abort"), ("POST", "/keep"), ("DELETE", "")]
)
def test_nobody_reaches_the_jobs_of_another(ask: Ask, other_token: str, method: str, path: str) -> None:
    job_id = ask("GET", LAST=1).json()["jobs"][0]["id"]
    other = {"Authorization": f"Bearer {other_token}"}
    assert ask(method, f"/{job_id}{path}", other).status_code == 404
    assert ask(method, f"/{job_id}{path}", {"Authorization": ""}).status_code == 401
    assert ask("GET", "", {"Authorization": ""}).json()["jobs"] == []
    assert ask("GET", f"/{job_id}").status_code == 200
