"""What queries do to each other and to the service: nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from .held import Held
from .queries import ENDLESS

QUICK = "SELECT TOP 1 hip FROM hipparcos.hip2 WHERE hip = 71683"
LONG = "SELECT COUNT(*) FROM gaia_dr3_g10.gaia_source WHERE phot_bp_mean_mag > 0"
# A text that doubles in every step: one expression, which no interrupt reaches.
DOUBLING = (
    "SELECT LENGTH(s) FROM (SELECT "
    + "||".join(["t"] * 64)
    + " AS s FROM (SELECT "
    + "||".join(["u"] * 64)
    + " AS t FROM (SELECT "
    + "||".join(["v"] * 64)
    + " AS u FROM (SELECT "
    + "||".join(["table_name"] * 64)
    + " AS v FROM tap_schema.columns) AS a) AS b) AS c) AS d"
)


@pytest.fixture(scope="module")
def small(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """One worker in each lane; whatever reads more than a megabyte is long."""
    folder = tmp_path_factory.mktemp("small")
    with running_archive(
        folder, sample_data, hub.api_url, engine={"quickBytes": 1_000_000}, limits={"syncS": 8}
    ) as archive:
        yield archive


def note(archive: RunningArchive) -> str:
    return requests.get(f"{archive.tap}/availability", timeout=60).text


def has_begun(archive: RunningArchive) -> bool:
    return "1 queries run" in note(archive) or "1 query runs" in note(archive)


def test_a_client_that_leaves_before_the_answer_frees_its_worker(small: RunningArchive) -> None:
    with Held(small, ENDLESS):
        assert small.wait_for(lambda: has_begun(small))
    # There is one worker for both: were it not freed, this one would be told after a while to come again.
    assert small.query(LONG).status_code == 200


def test_a_client_that_leaves_in_the_middle_frees_its_worker(small: RunningArchive) -> None:
    every = (
        "SELECT a.source_id, b.hip FROM gaia_dr3_g10.gaia_source AS a JOIN hipparcos.hip2 AS b ON a.ra > b.ra"
    )
    with Held(small, every) as query:
        assert query.read(1000)
    assert small.query(LONG).status_code == 200


def test_a_long_query_does_not_keep_quick_ones_waiting(small: RunningArchive) -> None:
    with Held(small, ENDLESS) as long:
        assert small.wait_for(lambda: "0 queries run" not in note(small))
        for _ in range(5):
            assert small.query(QUICK).status_code == 200
        assert not long.is_answered
    response = small.query(ENDLESS, EXECUTIONDURATION="1")
    assert response.status_code == 400
    assert "the 1 s" in response.text


def test_an_expression_that_cannot_be_interrupted_is_killed_and_the_next_query_answered(
    small: RunningArchive,
) -> None:
    began = time.monotonic()
    response = small.query(DOUBLING, RESPONSEFORMAT="arrow")
    assert response.status_code in (400, 500)
    assert len(response.json()["detail"]) > 10
    assert time.monotonic() - began < 100
    assert small.query(QUICK).status_code == 200


def test_many_at_once_are_all_answered(small: RunningArchive) -> None:
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: small.query(QUICK).status_code, range(48)))
    assert codes == [200] * 48


def test_a_stop_tells_those_who_wait_and_ends_what_runs(
    tmp_path: Path, sample_data: Path, hub: FakeHub
) -> None:
    answers: list[requests.Response] = []
    with running_archive(tmp_path, sample_data, hub.api_url) as archive:
        waiting = threading.Thread(
            target=lambda: answers.append(archive.query(ENDLESS, RESPONSEFORMAT="arrow"))
        )
        waiting.start()
        assert archive.wait_for(lambda: "0 queries run" not in note(archive))
        assert archive.stop() == 0
        waiting.join(60)
        assert archive.events[-1]["event"] == "stopped"
    assert answers[0].status_code == 503
    assert "restarted" in answers[0].json()["detail"]


def test_an_answer_under_way_when_the_service_stops_is_whole_or_says_that_it_is_not(
    tmp_path: Path, sample_data: Path, hub: FakeHub
) -> None:
    every = (
        "SELECT a.source_id, b.hip FROM gaia_dr3_g10.gaia_source AS a JOIN hipparcos.hip2 AS b ON a.ra > b.ra"
    )
    # A worker that is given time says it in its own words; one that is killed breaks the connection off.
    patient = {"interruptGraceS": 20}
    with running_archive(tmp_path, sample_data, hub.api_url, engine=patient) as archive:
        form = {"LANG": "ADQL", "QUERY": every, "RESPONSEFORMAT": "arrow"}
        with requests.post(f"{archive.tap}/sync", data=form, stream=True, timeout=120) as response:
            incoming = response.iter_content(1 << 20)
            pieces = [next(incoming)]
            stopping = threading.Thread(target=archive.stop)
            stopping.start()
            pieces.extend(incoming)
            stopping.join(120)
    reader = pa.ipc.open_stream(b"".join(pieces))
    ending: dict[bytes, bytes] = {}
    while True:
        try:
            _, metadata = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        ending = dict(metadata or {})
    assert ending[b"astrohub.status"] == b"ERROR"
    assert b"restarted" in ending[b"astrohub.message"]
