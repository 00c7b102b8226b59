"""A table that is replaced while queries are under way: they are answered from what is there now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from astrohub_archive.data.readonly import remove

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from ..tap.uws_client import JobClient
from .loading import load, stars


@pytest.fixture(scope="module")
def slow_to_see(tmp_path_factory: pytest.TempPathFactory, hub: FakeHub) -> Iterator[RunningArchive]:
    """An archive that looks for new tables once an hour."""
    folder = tmp_path_factory.mktemp("replaced")
    public = folder / "public"
    public.mkdir()
    replace(public, folder, rows=300, name="changing.stars")
    replace(public, folder, rows=300, name="hurt.stars")
    with running_archive(folder, public, hub.api_url, publicDataPollS=3600) as archive:
        yield archive
    remove(public)


def replace(public: Path, folder: Path, *, rows: int, name: str = "changing.stars") -> None:
    path = folder / "stars.parquet"
    pq.write_table(stars(rows, seed=rows), path)
    is_there = (public / name.replace(".", "/")).exists()
    load(public, path, "--table", name, *(("--replace",) if is_there else ()))


def test_a_query_of_a_table_just_replaced_is_answered_at_once(
    slow_to_see: RunningArchive, tmp_path: Path, token: str
) -> None:
    public = Path(slow_to_see.settings["publicData"])
    everything = "SELECT * FROM changing.stars"
    assert len(slow_to_see.query(everything).text.splitlines()) == 301
    replace(public, tmp_path, rows=400)
    answer = slow_to_see.query(everything)
    assert answer.status_code == 200, answer.text
    assert len(answer.text.splitlines()) == 401

    replace(public, tmp_path, rows=500)
    client = JobClient(slow_to_see, token)
    job_id = client.create(everything, RESPONSEFORMAT="csv")
    assert client.ended(job_id).phase == "COMPLETED"
    assert client.request("GET", f"/{job_id}/results/result").headers["Astrohub-Rows"] == "500"


def test_a_table_that_is_damaged_and_not_replaced_is_said_to_be(
    slow_to_see: RunningArchive,
) -> None:
    public = Path(slow_to_see.settings["publicData"])
    for file in (public / "hurt" / "stars").rglob("Npix=*.parquet"):
        file.parent.chmod(0o755)
        file.unlink()
    refused = slow_to_see.query("SELECT * FROM hurt.stars")
    assert refused.status_code == 500
    assert "damaged or missing" in refused.text
