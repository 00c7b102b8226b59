"""What one caller may have of jobs, so that something is left to others; submissions that are sent twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.settings import Limits
from astrohub_archive.tap.query_request import read_query_request

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from .uws_client import JobClient

PENDING = {"LANG": "ADQL", "QUERY": "SELECT TOP 1 * FROM hipparcos.hip2"}
# About 40 kB, and about 400 kB.
SMALL = "SELECT TOP 2000 hip, ra FROM hipparcos.hip2"
LARGE = "SELECT TOP 20000 hip, ra FROM hipparcos.hip2"


@pytest.fixture(scope="module")
def narrow(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """An archive in which everybody has little."""
    folder = tmp_path_factory.mktemp("narrow")
    limits = {"jobsPerUser": 5, "jobsPerAddress": 2, "jobsAnonymous": 5, "resultsBytes": 300_000}
    with running_archive(folder, sample_data, hub.api_url, limits=limits) as archive:
        yield archive


@pytest.fixture
def mine(narrow: RunningArchive, hub: FakeHub) -> JobClient:
    """The jobs of a user who has none yet."""
    token = secrets.token_hex(16)
    return JobClient(narrow, hub.give(token, f"user{token[:8]}"))


def submit_from(archive: RunningArchive, address: str) -> requests.Response:
    """Make a job without a token as a proxy passes it on."""
    return requests.post(
        f"{archive.tap}/async",
        data=PENDING,
        headers={"X-Forwarded-For": address},
        allow_redirects=False,
        timeout=30,
    )


def test_an_address_with_many_jobs_leaves_others_theirs(narrow: RunningArchive) -> None:
    assert [submit_from(narrow, "192.0.2.1").status_code for _ in range(3)] == [303, 303, 503]
    refused = submit_from(narrow, "192.0.2.1")
    assert "2 unfinished jobs from your address" in refused.text
    assert int(refused.headers["Retry-After"]) > 0
    # Of IPv6, whoever has one address has all of its network.
    assert submit_from(narrow, "2001:db8:1:2::1").status_code == 303
    assert submit_from(narrow, "2001:db8:1:2:ffff::1").status_code == 303
    assert submit_from(narrow, "2001:db8:1:2:eeee::1").status_code == 503
    assert submit_from(narrow, "192.0.2.7").status_code == 303
    last = submit_from(narrow, "192.0.2.8")
    assert last.status_code == 503
    assert "5 unfinished jobs, as many as they may have together" in last.text


def test_many_submissions_at_once_do_not_slip_through_together(mine: JobClient) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: mine.request("POST", data=PENDING).status_code, range(12)))
    assert sorted(answers) == [303] * 5 + [503] * 7


def test_a_submission_sent_twice_is_one_job(mine: JobClient) -> None:
    form = {**PENDING, "IDEMPOTENCYKEY": "nightly-2026-11-21"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: mine.request("POST", data=form), range(8)))
    assert {answer.status_code for answer in answers} == {303}
    (address,) = {answer.headers["Location"] for answer in answers}
    again = requests.post(
        mine.url,
        data=PENDING,
        headers={**mine.headers, "Idempotency-Key": "nightly-2026-11-21"},
        allow_redirects=False,
        timeout=30,
    )
    assert again.headers["Location"] == address
    job_id = address.rpartition("/")[2]
    assert "IDEMPOTENCYKEY" not in mine.see(job_id).parameters
    # Sent again with PHASE=RUN after the first one did not say so: it is begun, and still the same.
    mine.request("POST", data={**form, "PHASE": "RUN"})
    assert mine.ended(job_id).phase == "COMPLETED"


def test_a_key_stands_for_one_request_of_one_user(
    mine: JobClient, narrow: RunningArchive, other_token: str
) -> None:
    form = {**PENDING, "IDEMPOTENCYKEY": "mine"}
    address = mine.request("POST", data=form).headers["Location"]
    other = mine.request("POST", data={**form, "MAXREC": "3"}, params={})
    assert other.status_code == 409
    assert "was made with other parameters" in other.text
    theirs = JobClient(narrow, other_token).request("POST", data={**form, "MAXREC": "3"})
    assert theirs.status_code == 303
    assert theirs.headers["Location"] != address
    assert JobClient(narrow).request("POST", data=form).status_code == 401
    mine.request("DELETE", f"/{address.rpartition('/')[2]}")
    assert mine.request("POST", data={**form, "MAXREC": "3"}).status_code == 303


@pytest.mark.parametrize("field", ["RUNID", "IDEMPOTENCYKEY"])
def test_what_does_not_fit_a_row_is_refused(mine: JobClient, field: str) -> None:
    for value in ("x" * 256, "a\0b"):
        refused = mine.request("POST", data={**PENDING, field: value})
        assert refused.status_code == 400
        assert field in refused.text


def test_kept_results_have_room_and_no_more(mine: JobClient, narrow: RunningArchive) -> None:
    first = mine.create(SMALL, RESPONSEFORMAT="csv")
    assert mine.ended(first).phase == "COMPLETED"
    too_much = mine.create(LARGE, RESPONSEFORMAT="csv")
    seen = mine.ended(too_much)
    assert (seen.phase, seen.slug) == ("ERROR", "quota")
    assert "of the 300,000 bytes" in (seen.error or "")
    folder = narrow.folder / "work" / "jobs" / too_much
    assert narrow.wait_for(lambda: not list(folder.rglob("*.csv")))
    for _ in range(12):
        job_id = mine.create(SMALL, RESPONSEFORMAT="csv")
        if mine.ended(job_id).phase == "ERROR":
            break
    mine.request("DELETE", f"/{first}")
    assert mine.ended(mine.create(SMALL, RESPONSEFORMAT="csv")).phase == "COMPLETED"


@pytest.mark.parametrize(("asked", "given"), [(None, 120), ("1", 1), ("500", 500), ("9999", 600), ("0", 600)])
def test_a_synchronous_query_has_two_minutes_and_on_request_ten(asked: str | None, given: int) -> None:
    pairs = [*PENDING.items(), *([("EXECUTIONDURATION", asked)] if asked else [])]
    assert read_query_request(Parameters(pairs), Limits()).sync_s == given


@pytest.mark.parametrize("as_problem", [True, False])
def test_a_timeout_is_told_to_programs_and_says_how_to_go_on(
    narrow: RunningArchive, as_problem: bool
) -> None:
    headers = {"Accept": "application/problem+json"} if as_problem else {}
    endless = (
        "SELECT COUNT(*) FROM gaia_dr3_g10.gaia_source AS a JOIN gaia_dr3_g10.gaia_source AS b "
        "ON SIN(a.ra * b.dec) > 2 + COS(a.dec * b.ra)"
    )
    response = narrow.query(endless, headers=headers, EXECUTIONDURATION="1")
    assert response.status_code == 400
    assert "the 1 s" in response.text
    assert "/async" in response.text
    if as_problem:
        problem: dict[str, Any] = response.json()
        assert problem["slug"] == "timeout"
    else:
        assert '<INFO name="ASTROHUB_ERROR" value="timeout"' in response.text
