"""Quota, sizes and what is left when the archive dies while a table is being made."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from ..tap.queries import ENDLESS
from .own_tables import OwnTables
from .test_tables import BRIGHT, problem

QUOTA = 1_000_000
ALL = "SELECT * FROM gaia_dr3_g10.gaia_source"


@pytest.fixture(scope="module")
def small_archive(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """An archive in which a user may keep two tables and a megabyte."""
    limits = {"quotaBytes": QUOTA, "tables": 2, "uploadBytes": 20_000, "quotaWarning": 0.1}
    with running_archive(tmp_path_factory.mktemp("small"), sample_data, hub.api_url, mydb=limits) as archive:
        yield archive


@pytest.fixture
def small(small_archive: RunningArchive, token: str) -> Iterator[OwnTables]:
    """The tables of `researcher` there."""
    tables = OwnTables(small_archive, token)
    yield tables
    for name in tables.names():
        tables.ask("DELETE", f"/{name}")


def files(archive: RunningArchive) -> list[str]:
    """Return all files of tables."""
    return [str(path) for path in (archive.folder / "work" / "mydb").rglob("*") if path.is_file()]


def test_what_has_no_room_is_refused_and_not_kept(small: OwnTables) -> None:
    before = files(small.archive)
    # How much it takes nobody knows before it is there.
    computed = "SELECT source_id, ra * dec AS x, ra + dec AS y FROM gaia_dr3_g10.gaia_source"
    status, slug, sentence = problem(small.create("all_stars", computed))
    assert (status, slug) == (413, "quota")
    assert "There is no room for mydb.all_stars: your tables may take 1.0 MB together" in sentence
    assert small.names() == []
    assert files(small.archive) == before
    assert small.create("bright", BRIGHT).status_code == 201


def test_what_can_have_no_room_is_refused_before_it_is_run(small: OwnTables) -> None:
    assert small.create("bright", BRIGHT).status_code == 201
    for query in (ALL, "SELECT ra, dec FROM gaia_dr3_g10.gaia_source"):
        status, slug, sentence = problem(small.create("all_stars", query))
        assert (status, slug) == (413, "quota")
        told = re.fullmatch(
            r"There is no room for mydb.all_stars: it would take ([0-9.]+) MB at least, and ([0-9.]+) kB "
            r"are left of the 1.0 MB that your tables may take; "
            r"drop some first, or ask for fewer rows or columns.",
            sentence,
        )
        assert told is not None, sentence
        assert 2 < float(told[1]) < 15
        assert 900 < float(told[2]) < 1000
    assert small.names() == ["bright"]


def test_what_has_or_may_have_no_room_is_said_before_it_is_asked_for(small: OwnTables) -> None:
    def warning(query: str, token: str | None = small.token) -> str | None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"{small.archive.base}/services/archive/explain"
        said: str | None = requests.post(address, json={"query": query}, headers=headers, timeout=60).json()[
            "warning"
        ]
        return said

    maybe = f"{ALL} WHERE phot_g_mean_mag < 9"
    # On a machine that is busy nobody may know in time how many rows there are.
    for query, words in ((ALL, "would take .* at least"), (maybe, "may take up to about .*")):
        told = re.compile(f"As a table in MyDB this {words}, and 1.0 MB are left; drop some tables first")
        assert small.archive.wait_for(lambda: bool(told.match(warning(query) or "")))  # noqa: B023
    assert warning(BRIGHT) is None
    # Who has no tables is told nothing about them.
    assert warning(ALL, None) is None


def test_replacing_does_not_count_what_is_replaced(small: OwnTables) -> None:
    most = "SELECT TOP 20000 source_id, ra, dec FROM gaia_dr3_g10.gaia_source"
    first = small.create("many", most)
    assert first.json()["bytes"] > QUOTA / 4
    for _ in range(3):
        assert small.create("many", most, replace=True).status_code == 201


def test_a_query_that_takes_too_long_says_how_to_go_on(
    tmp_path: Path, sample_data: Path, hub: FakeHub, token: str
) -> None:
    with running_archive(tmp_path, sample_data, hub.api_url, mydb={"createS": 1}) as archive:
        status, slug, sentence = problem(OwnTables(archive, token).create("late", ENDLESS))
    assert (status, slug) == (400, "timeout")
    assert "longer than the 1 s it may run; make the table of a part of its rows and append" in sentence


def test_a_table_too_many_is_refused(small: OwnTables) -> None:
    for name in ("one", "two"):
        assert small.create(name, BRIGHT).status_code == 201
    status, slug, sentence = problem(small.create("three", BRIGHT))
    assert (status, slug) == (413, "quota")
    assert "2 tables" in sentence


def test_a_file_too_long_is_refused_and_not_kept(small: OwnTables) -> None:
    before = files(small.archive)
    status, slug, sentence = problem(small.upload("up", "csv", b"a\n" + b"1\n" * 20_000))
    assert (status, slug) == (413, "request-too-large")
    assert "20,000 bytes" in sentence
    assert files(small.archive) == before
    assert small.names() == []


def test_an_upload_that_breaks_off_leaves_nothing(small: OwnTables) -> None:
    before = files(small.archive)

    def broken() -> Iterator[bytes]:
        yield b"a\n1\n"
        raise ConnectionError

    with pytest.raises((ConnectionError, requests.ConnectionError)):
        small.upload("up", "csv", broken())  # type: ignore[arg-type]
    assert small.archive.wait_for(lambda: files(small.archive) == before)
    assert small.archive.wait_for(lambda: small.upload("up", "csv", b"a\n1\n").status_code == 201)


def test_an_archive_that_is_killed_while_a_table_is_made_leaves_none(
    tmp_path: Path, sample_data: Path, hub: FakeHub, token: str
) -> None:
    with running_archive(tmp_path, sample_data, hub.api_url) as archive:
        tables = OwnTables(archive, token)
        tables.create("kept", BRIGHT)
        making = threading.Thread(target=lambda: _lost(tables, ENDLESS))
        making.start()
        assert archive.wait_for(
            lambda: any(".partial" in name for name in files(archive) + _folders(archive))
        )
        archive.stop(signal.SIGKILL)
        making.join()
        archive.start()
        listed = tables.listed()
        assert [table["name"] for table in listed["tables"]] == ["kept"]
        assert listed["quota"]["usedBytes"] == listed["tables"][0]["bytes"]
        assert tables.rows("SELECT COUNT(*) FROM mydb.kept") == [["50"]]
        # The name is free again as soon as it is certain that nobody makes it any more.
        assert archive.wait_for(lambda: tables.create("lost", BRIGHT).status_code == 201)


def _folders(archive: RunningArchive) -> list[str]:
    return [str(path) for path in (archive.folder / "work" / "mydb").glob("*/*")]


def _lost(tables: OwnTables, query: str) -> None:
    with pytest.raises(requests.ConnectionError):
        tables.create("lost", query)


def test_little_room_is_said_before_there_is_none(small: OwnTables) -> None:
    assert small.listed()["quota"]["warning"] is None
    many = "SELECT TOP 10000 source_id, ra, dec FROM gaia_dr3_g10.gaia_source"
    used = small.create("many", many).json()["bytes"]
    assert QUOTA * 0.1 < used < QUOTA
    quota = small.listed()["quota"]
    assert quota["usedBytes"] == used
    assert quota["warning"] == (
        f"Your tables take {used / 1e3:,.1f} kB of the 1.0 MB that they may; "
        "drop some before the next large one."
    )
