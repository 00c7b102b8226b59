"""The job list over HTTP, a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from astrohub_archive.databases import open_database
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import JobStore, Submission, submit

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive
from .queries import ENDLESS, TRICKLING
from .uws_client import JobClient

_UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"


@pytest.fixture(scope="module")
def lister(archive: RunningArchive, hub: FakeHub) -> JobClient:
    """A user with forty jobs, none of them begun."""
    engine = open_database(None, archive.folder / "work")
    store = JobStore(engine, "tap")
    for number in range(40):
        run_id = f'run "{number}" <&>'
        submit(
            store,
            Submission("lister", Parameters([]), timedelta(days=1), 60, run_id=run_id),
            lambda load: None,
        )
    engine.dispose()
    return JobClient(archive, hub.give("1234567890abcdef1234567890abcdef", "lister"))


def listed(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [job.findtext(f"{_UWS}runId") or "" for job in ElementTree.fromstring(response.content)]


def test_pages_are_linked_and_leave_nothing_out(lister: JobClient) -> None:
    response = lister.request("GET", params={"LAST": "15", "PHASE": "PENDING"})
    pages = [listed(response)]
    while "next" in response.links:
        response = requests.get(response.links["next"]["url"], headers=lister.headers, timeout=30)
        pages.append(listed(response))
    assert [len(page) for page in pages] == [15, 15, 10]
    whole = [f'run "{number}" <&>' for number in reversed(range(40))]
    assert [run_id for page in pages for run_id in page] == whole
    assert listed(lister.request("GET")) == whole


def test_phases_that_no_job_here_is_ever_in_are_no_mistake(lister: JobClient) -> None:
    assert listed(lister.request("GET", params={"PHASE": "ARCHIVED"})) == []
    assert len(listed(lister.request("GET", params=[("PHASE", "HELD"), ("PHASE", "PENDING")]))) == 40
    assert lister.request("GET", params={"PHASE": "FLYING"}).status_code == 400


def test_an_abort_by_another_process_reaches_the_engine(archive: RunningArchive, token: str) -> None:
    """Its row is all that the two have in common; a heartbeat alone would take ten seconds."""
    client = JobClient(archive, token)
    job_id = client.create(ENDLESS)
    assert client.begun(job_id).phase == "EXECUTING"
    engine = open_database(None, archive.folder / "work")
    assert JobStore(engine, "tap").abort(job_id)
    engine.dispose()
    assert client.see(job_id, WAIT="5", PHASE="EXECUTING").phase == "ABORTED"


def test_a_job_that_runs_says_how_much_it_has_read_and_written(archive: RunningArchive, token: str) -> None:
    client = JobClient(archive, token)
    job_id = client.create(TRICKLING, RESPONSEFORMAT="csv")

    def progress() -> dict[str, int]:
        path = f"{_UWS}jobInfo/{{urn:astrohub:progress}}progress"
        found = ElementTree.fromstring(client.see(job_id).document).find(path)
        return {} if found is None else {name: int(figure) for name, figure in found.attrib.items()}

    def has_rows() -> bool:
        told = progress()
        return told.get("bytesWritten", 0) > 0 and told.get("rowsWritten", 0) > 0

    assert archive.wait_for(has_rows)
    told = progress()
    assert 0 < told["bytesRead"] <= told["bytesInAll"]
    (listed_job,) = (job for job in _own_jobs(archive, token) if job["id"] == job_id)
    assert listed_job["progress"]["bytesWritten"] >= told["bytesWritten"]
    assert listed_job["progress"]["rowsWritten"] >= told["rowsWritten"] > 0
    client.request("POST", f"/{job_id}/phase", data={"PHASE": "ABORT"})
    assert progress() == {}


def _own_jobs(archive: RunningArchive, token: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{archive.base}/services/archive/jobs", headers=headers, timeout=30)
    jobs: list[dict[str, Any]] = answer.json()["jobs"]
    return jobs
