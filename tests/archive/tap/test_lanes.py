"""Small queries, large ones and jobs have workers of their own; what is too much is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from .held import Held
from .queries import ENDLESS
from .uws_client import JobClient

QUICK = "SELECT TOP 1 hip FROM hipparcos.hip2 WHERE hip = 71683"
LONG = "SELECT COUNT(*) FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag > 0"
# It reads a few rows of one small table, and computes for minutes.
SEEMS_SMALL = (
    "SELECT COUNT(*) FROM openngc.objects AS a JOIN openngc.objects AS b ON SIN(a.ra * b.dec) > 2 "
    "JOIN openngc.objects AS c ON SIN(a.ra * c.dec) > 2 + COS(b.ra * c.dec)"
)


@pytest.fixture(scope="module")
def lanes(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """One worker in each lane, room for two who wait, and little patience."""
    folder = tmp_path_factory.mktemp("lanes")
    engine = {"quickBytes": 2_000_000, "quickS": 3, "queueS": 3, "queueLength": 2}
    with running_archive(folder, sample_data, hub.api_url, engine=engine, jobs={"concurrent": 1}) as archive:
        yield archive


def running(archive: RunningArchive, count: int) -> bool:
    note = requests.get(f"{archive.tap}/availability", timeout=60).text
    return f"{count} queries run" in note


def test_a_job_of_a_day_blocks_no_query(lanes: RunningArchive, token: str) -> None:
    client = JobClient(lanes, token)
    job_id = client.create(ENDLESS)
    assert client.begun(job_id).phase == "EXECUTING"
    # Another job waits for its turn, and says so.
    second = client.create(QUICK)
    assert lanes.query(QUICK).status_code == 200
    assert lanes.query(LONG).status_code == 200
    assert (client.see(job_id).phase, client.see(second).phase) == ("EXECUTING", "QUEUED")
    client.request("POST", f"/{job_id}/phase", data={"PHASE": "ABORT"})
    assert client.ended(second).phase == "COMPLETED"
    assert lanes.wait_for(lambda: running(lanes, 0))


def test_small_queries_are_answered_while_large_ones_are_held_and_more_are_told_to_come_again(
    lanes: RunningArchive,
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(Held(lanes, ENDLESS))
        assert lanes.wait_for(lambda: running(lanes, 1))
        # One worker, two places to wait: of three more, one is told at once, two when they have waited.
        others = [stack.enter_context(Held(lanes, ENDLESS)) for _ in range(3)]
        assert lanes.query(QUICK).status_code == 200
        answers = [other.answer() for other in others]
        assert lanes.query(QUICK).status_code == 200
        assert not first.is_answered
    for answer in answers:
        assert answer.startswith("HTTP/1.1 503")
        assert "retry-after: " in answer.lower()
    assert sorted("as many as are allowed" in answer for answer in answers) == [False, False, True]
    assert lanes.wait_for(lambda: running(lanes, 0))


def test_a_query_that_only_seems_small_gives_its_place_to_those_that_are(lanes: RunningArchive) -> None:
    with Held(lanes, SEEMS_SMALL) as first:
        assert lanes.wait_for(lambda: running(lanes, 1))
        # It has the only quick worker, for all of ten minutes if it were left to it.
        assert lanes.wait_for(lambda: lanes.query(QUICK).status_code == 200)
        assert lanes.wait_for(lambda: running(lanes, 1))
        assert not first.is_answered
    assert lanes.wait_for(lambda: running(lanes, 0))
