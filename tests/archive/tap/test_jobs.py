"""Jobs over HTTP, as UWS 1.1 and TAP 1.1 (§2.2) say."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import requests

from ...support.running_archive import RunningArchive
from .queries import ENDLESS
from .uws_client import JobClient

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"


@pytest.fixture
def mine(archive: RunningArchive, token: str) -> JobClient:
    return JobClient(archive, token)


@pytest.fixture
def theirs(archive: RunningArchive, other_token: str) -> JobClient:
    return JobClient(archive, other_token)


@pytest.fixture
def nobodys(archive: RunningArchive) -> JobClient:
    return JobClient(archive)


def test_a_job_runs_and_leaves_its_result(mine: JobClient, archive: RunningArchive, token: str) -> None:
    job_id = mine.create(BRIGHT, RESPONSEFORMAT="csv", RUNID="mine & <yours>")
    seen = mine.ended(job_id)
    assert (seen.phase, seen.owner) == ("COMPLETED", "researcher")
    assert seen.parameters["QUERY"] == BRIGHT
    assert "mine &amp; &lt;yours&gt;" in seen.document
    assert seen.results == {"result": f"{mine.url}/{job_id}/results/result"}
    result = mine.request("GET", f"/{job_id}/results/result")
    assert result.status_code == 200
    assert result.headers["Content-Type"].startswith("text/csv")
    assert result.headers["Content-Disposition"] == 'attachment; filename="result.csv"'
    assert result.headers["X-Content-Type-Options"] == "nosniff"
    assert result.headers["Content-Security-Policy"] == "sandbox"
    assert result.headers["Cache-Control"] == "no-store"
    assert sorted(result.text.split()) == sorted(archive.query(BRIGHT, token=token).text.split())


def test_a_job_waits_to_be_started_and_may_be_changed_before(mine: JobClient) -> None:
    job_id = mine.create("SELECT nothing", run=False)
    assert mine.see(job_id).phase == "PENDING"
    for path, form in (
        ("/parameters", {"query": BRIGHT, "MAXREC": "3"}),
        ("/executionduration", {"EXECUTIONDURATION": "50"}),
        ("/phase", {"PHASE": "RUN"}),
    ):
        response = mine.request("POST", f"/{job_id}{path}", data=form)
        assert response.status_code == 303, response.text
        assert response.headers["Location"] == f"{mine.url}/{job_id}"
    assert mine.ended(job_id).phase == "COMPLETED"
    assert mine.request("GET", f"/{job_id}/executionduration").text == "50"
    assert mine.request("GET", f"/{job_id}/results/result").headers["Astrohub-Rows"] == "3"
    late = mine.request("POST", f"/{job_id}/parameters", data={"QUERY": "SELECT 1"})
    assert late.status_code == 400
    assert "has begun" in late.text


def test_the_parts_of_a_job_can_be_read_by_themselves(mine: JobClient) -> None:
    job_id = mine.create(BRIGHT)
    mine.ended(job_id)
    assert mine.request("GET", f"/{job_id}/phase").text == "COMPLETED"
    assert mine.request("GET", f"/{job_id}/owner").text == "researcher"
    assert mine.request("GET", f"/{job_id}/quote").text == ""
    assert "result" in mine.request("GET", f"/{job_id}/results").text
    assert BRIGHT.replace("<", "&lt;") in mine.request("GET", f"/{job_id}/parameters").text
    assert mine.request("GET", f"/{job_id}/error").status_code == 404
    assert mine.request("GET", f"/{job_id}/nothing").status_code == 404


def test_a_query_that_fails_is_an_error_with_its_sentence(mine: JobClient) -> None:
    job_id = mine.create("SELECT phot_g_mean_magg FROM gaia_dr3_g10.gaia_source")
    seen = mine.ended(job_id)
    assert seen.phase == "ERROR"
    assert seen.error is not None
    assert "phot_g_mean_magg" in seen.error
    assert seen.slug == "query"
    error = mine.request("GET", f"/{job_id}/error")
    assert error.status_code == 200
    assert 'value="ERROR"' in error.text
    assert '<INFO name="ASTROHUB_ERROR" value="query"' in error.text
    assert "phot_g_mean_magg" in error.text
    assert mine.request("GET", f"/{job_id}/results/result").status_code == 404


def test_a_running_job_is_aborted_at_once(mine: JobClient) -> None:
    job_id = mine.create(ENDLESS)
    assert mine.begun(job_id).phase == "EXECUTING"
    assert mine.request("POST", f"/{job_id}/phase", data={"PHASE": "ABORT"}).status_code == 303
    assert mine.see(job_id).phase == "ABORTED"


def test_wait_returns_when_the_phase_changes(mine: JobClient) -> None:
    job_id = mine.create(ENDLESS)
    mine.begun(job_id)
    began = time.monotonic()
    assert mine.see(job_id, WAIT="1").phase == "EXECUTING"
    assert time.monotonic() - began > 0.9
    began = time.monotonic()
    assert mine.see(job_id, WAIT="60", PHASE="QUEUED").phase == "EXECUTING"
    assert time.monotonic() - began < 50
    mine.request("DELETE", f"/{job_id}")


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("by_post", [True, False])
def test_a_deleted_job_is_gone(mine: JobClient, running: bool, by_post: bool) -> None:
    job_id = mine.create(ENDLESS if running else BRIGHT)
    mine.begun(job_id) if running else mine.ended(job_id)
    if by_post:
        response = mine.request("POST", f"/{job_id}", data={"ACTION": "DELETE"})
    else:
        response = mine.request("DELETE", f"/{job_id}")
    assert response.status_code == 303
    assert response.headers["Location"].startswith(mine.url)
    assert mine.request("GET", f"/{job_id}").status_code == 404
    assert mine.request("GET", f"/{job_id}/results/result").status_code == 404


def test_the_job_list_holds_the_callers_jobs_only(
    mine: JobClient, theirs: JobClient, nobodys: JobClient
) -> None:
    own = [mine.create(BRIGHT, run=False) for _ in range(3)]
    foreign, open_ = theirs.create(BRIGHT, run=False), nobodys.create(BRIGHT, run=False)
    listed = mine.request("GET").text
    assert all(job_id in listed for job_id in own)
    assert foreign not in listed
    assert open_ not in listed
    newest = ElementTree.fromstring(mine.request("GET", params={"LAST": "2"}).text)
    assert [job.get("id") for job in newest] == [own[2], own[1]]
    assert own[0] not in mine.request("GET", params={"PHASE": "COMPLETED"}).text
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert len(ElementTree.fromstring(mine.request("GET", params={"AFTER": future}).text)) == 0
    assert len(ElementTree.fromstring(nobodys.request("GET").text)) == 0
    for client, job_id in ((theirs, foreign), (nobodys, open_), *((mine, job_id) for job_id in own)):
        client.request("DELETE", f"/{job_id}")


@pytest.mark.parametrize("path", ["", "/phase", "/results/result", "/parameters", "/error"])
def test_another_users_job_is_as_if_it_were_not_there(
    mine: JobClient, theirs: JobClient, nobodys: JobClient, path: str
) -> None:
    job_id, no_id = mine.create(BRIGHT), "u" + "0" * 32
    mine.ended(job_id)
    for client, status in ((theirs, 404), (nobodys, 401)):
        answers = [client.request("GET", f"/{name}{path}") for name in (job_id, no_id)]
        assert [answer.status_code for answer in answers] == [status, status]
        assert answers[0].text == answers[1].text
    assert theirs.request("DELETE", f"/{job_id}").status_code == 404
    assert theirs.request("POST", f"/{job_id}/phase", data={"PHASE": "ABORT"}).status_code == 404
    assert mine.see(job_id).phase == "COMPLETED"


def test_an_anonymous_job_works_for_whoever_knows_its_id(nobodys: JobClient, archive: RunningArchive) -> None:
    job_id = nobodys.create(BRIGHT, RESPONSEFORMAT="csv")
    seen = nobodys.ended(job_id)
    assert (seen.phase, seen.owner) == ("COMPLETED", None)
    assert requests.get(seen.results["result"], timeout=30).status_code == 200
    nobodys.request("DELETE", f"/{job_id}")
    assert nobodys.request("GET", f"/{job_id}").status_code == 404


def test_an_anonymous_job_over_what_is_not_public_asks_for_a_token(nobodys: JobClient) -> None:
    for run in ({"PHASE": "RUN"}, {}):
        response = nobodys.request("POST", data={"LANG": "ADQL", "QUERY": "SELECT * FROM mydb.x", **run})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_destruction_is_bounded_and_takes_effect(mine: JobClient) -> None:
    job_id = mine.create(BRIGHT, run=False)
    far = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    assert mine.request("POST", f"/{job_id}/destruction", data={"DESTRUCTION": far}).status_code == 303
    kept = datetime.fromisoformat(mine.request("GET", f"/{job_id}/destruction").text)
    assert kept < datetime.now(UTC) + timedelta(days=7, minutes=1)
    past = "2020-01-01T00:00:00Z"
    assert mine.request("POST", f"/{job_id}/destruction", data={"DESTRUCTION": past}).status_code == 303
    assert mine.request("GET", f"/{job_id}").status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("/phase", {"PHASE": "FLY"}, "PHASE must be RUN or ABORT"),
        ("/phase", {}, "PHASE is missing"),
        ("/destruction", {"DESTRUCTION": "soon"}, "DESTRUCTION must be a time"),
        ("/executionduration", {"EXECUTIONDURATION": "soon"}, "EXECUTIONDURATION must be a whole number"),
        ("", {"ACTION": "EXPLODE"}, "ACTION must be DELETE"),
    ],
)
def test_what_a_job_cannot_do_is_told(
    mine: JobClient, path: str, form: dict[str, str], sentence: str
) -> None:
    job_id = mine.create(BRIGHT, run=False)
    response = mine.request("POST", f"/{job_id}{path}", data=form)
    assert response.status_code == 400
    assert sentence in response.text
    mine.request("DELETE", f"/{job_id}")


def test_a_user_has_so_many_unfinished_jobs_and_no_more(mine: JobClient) -> None:
    jobs = [mine.create(BRIGHT, run=False) for _ in range(20)]
    refused = mine.request("POST", data={"LANG": "ADQL", "QUERY": BRIGHT})
    assert refused.status_code == 503
    assert "20 unfinished jobs" in refused.text
    assert int(refused.headers["Retry-After"]) > 0
    for job_id in jobs:
        mine.request("DELETE", f"/{job_id}")


def test_a_job_may_not_run_longer_than_it_says(mine: JobClient) -> None:
    job_id = mine.create(ENDLESS, run=False)
    mine.request("POST", f"/{job_id}", data={"EXECUTIONDURATION": "1", "PHASE": "RUN"})
    seen = mine.ended(job_id)
    assert (seen.phase, seen.slug) == ("ERROR", "timeout")
    assert "longer than the 1 s" in (seen.error or "")
    assert 'value="timeout"' in mine.request("GET", f"/{job_id}/error").text
