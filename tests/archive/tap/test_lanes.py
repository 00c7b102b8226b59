"""Small queries, large ones and jobs have workers of their own; what is too much is told at once."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import PREFIX, RunningArchive, running_archive
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
    engine = {"quickBytes": 2_000_000, "quickS": 1, "queueS": 1, "queueLength": 2}
    with running_archive(folder, sample_data, hub.api_url, engine=engine, jobs={"concurrent": 1}) as archive:
        yield archive


def running(archive: RunningArchive, count: int) -> bool:
    note = requests.get(f"{archive.tap}/availability", timeout=10).text
    return f"{count} queries run" in note


class Held:
    """A query whose client holds on until the block ends, and then goes away."""

    def __init__(self, archive: RunningArchive, query: str) -> None:
        parameters = urlencode({"LANG": "ADQL", "QUERY": query, "EXECUTIONDURATION": "600"})
        host, port = archive.base.removeprefix("http://").split(":")
        self._connection = socket.create_connection((host, int(port)), timeout=60)
        request = f"GET {PREFIX}/tap/sync?{parameters} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        self._connection.sendall(request.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def is_answered(self) -> bool:
        return bool(select.select([self._connection], [], [], 0)[0])

    def answer(self) -> str:
        """Return the answer, once it is there."""
        with self._connection.makefile("rb") as incoming:
            return incoming.read().decode()


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
        assert running(lanes, 1)
        assert not first.is_answered
    assert lanes.wait_for(lambda: running(lanes, 0))
