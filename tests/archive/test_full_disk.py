"""The disk of the archive is full: a sentence, nothing half made, and what needs no room goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.catalogs import synthetic_archive
from ..support.fake_hub import FakeHub
from ..support.running_archive import RunningArchive, running_archive
from ..support.small_disk import filled, small_disk
from .mydb.own_tables import OwnTables
from .tap.uws_client import JobClient

FULL = "The disk of the archive is full, so nothing was changed; tell its operator, then try again."
ALL = "SELECT * FROM sky.stars"


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningArchive]:
    """An archive whose work folder lies on a small disk."""
    folder = tmp_path_factory.mktemp("tight")
    (folder / "work").mkdir()
    with (
        small_disk(folder / "work", size="1500k"),
        synthetic_archive(2_000) as sky,
        FakeHub() as hub,
        running_archive(folder, sky.public, hub.api_url) as archive,
    ):
        hub.give("token-of-researcher", "researcher")
        yield archive


def work(archive: RunningArchive) -> Path:
    return Path(archive.settings["workDir"])


def test_what_needs_room_is_refused_in_a_sentence_and_the_rest_is_answered(tight: RunningArchive) -> None:
    mine = OwnTables(tight, "token-of-researcher")
    assert mine.create("kept", "SELECT TOP 3 * FROM sky.stars").status_code == 201
    with filled(work(tight)):
        for refused in (
            mine.create("large", ALL),
            mine.upload("sent", "csv", b"a,b\n" + b"1,2\n" * 1_000),
            mine.ask("DELETE", "/kept"),
        ):
            said = refused.json()
            assert (refused.status_code, said["slug"], said["detail"]) == (507, "storage-full", FULL)
        for refused in (
            tight.query("SELECT table_name FROM tap_schema.tables", token=mine.token),
            JobClient(tight, mine.token).request("POST", data={"LANG": "ADQL", "QUERY": ALL}),
        ):
            assert refused.status_code == 507
            assert FULL in refused.text
            assert str(work(tight)) not in refused.text
        assert mine.names() == ["kept"]
        assert mine.rows("SELECT COUNT(*) FROM mydb.kept") == [["3"]]
        assert tight.query("SELECT COUNT(*) FROM sky.stars").text.split()[-1] == "2000"
    assert mine.create("large", ALL).status_code == 201
    assert mine.rows("SELECT COUNT(*) FROM tap_schema.tables WHERE schema_name = 'mydb'") == [["2"]]
    assert {event["during"] for event in tight.events if event["event"] == "the disk is full"}
    assert not [event for event in tight.events if "incident" in event]


def test_a_job_whose_result_has_no_room_says_so_and_leaves_nothing(tight: RunningArchive) -> None:
    client = JobClient(tight, "token-of-researcher")
    with filled(work(tight), but_bytes=120_000):
        job = client.create(f"SELECT a.* FROM ({ALL}) AS a, (SELECT TOP 20 mag FROM sky.stars) AS b")
        assert client.ended(job).error == FULL
    jobs = work(tight) / "jobs"
    assert tight.wait_for(lambda: not [path for path in jobs.rglob("*") if path.is_file()])
