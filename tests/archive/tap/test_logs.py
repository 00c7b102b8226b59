"""What the log holds: one event a line, and nothing that opens a door."""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import running_archive
from .uws_client import JobClient

SECRET_TOKEN = "5ec4e7701234567890abcdef5ec4e770"
SECRET_QUERY = "SELECT 'my secret idea' AS idea, ra FROM gaia_dr3_g10.gaia_source WHERE ra < 0.001"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub) -> str:
    """The log of a service that has been asked in every way, also wrong ones."""
    hub.give(SECRET_TOKEN, "researcher")
    folder = tmp_path_factory.mktemp("logs")
    basic = base64.b64encode(f"whoever:{SECRET_TOKEN}".encode()).decode()
    with running_archive(folder, sample_data, hub.api_url) as archive:
        url = f"{archive.tap}/sync"
        form = {"LANG": "ADQL", "QUERY": SECRET_QUERY, "RESPONSEFORMAT": "csv"}
        for headers in (
            {"Authorization": f"Bearer {SECRET_TOKEN}"},
            {"Authorization": f"Basic {basic}"},
            {"X-DL-AuthToken": f"researcher.1.1.{SECRET_TOKEN}_access"},
            {"Authorization": f"Bearer {SECRET_TOKEN}x"},
            {"Authorization": f"Digest {SECRET_TOKEN}"},
            {"Cookie": f"token={SECRET_TOKEN}"},
        ):
            requests.post(url, data=form, headers=headers, timeout=30)
            requests.get(url, params={**form, "token": SECRET_TOKEN}, headers=headers, timeout=30)
            requests.get(f"{archive.base}/{SECRET_TOKEN}", headers=headers, timeout=30)
        client = JobClient(archive, SECRET_TOKEN)
        client.ended(client.create(SECRET_QUERY))
        nobodys = JobClient(archive)
        anonymous = nobodys.create(SECRET_QUERY)
        nobodys.ended(anonymous)
        hub.failing = True
        archive.query(SECRET_QUERY, token=SECRET_TOKEN + "y")
        hub.failing = False
        with sqlite3.connect(folder / "work" / "jobs.sqlite", timeout=60) as database:
            database.execute("ALTER TABLE jobs RENAME TO gone")
        broken = client.request("GET", "/u" + "1" * 32)
        assert broken.status_code == 500
        # The runner of jobs misses its table as well, and may say so at the same moment.
        assert any(event["incident"] in broken.text for event in archive.events if "incident" in event)
        assert "sqlite" not in broken.text.lower()
        assert "Traceback" not in broken.text
        with sqlite3.connect(folder / "work" / "jobs.sqlite", timeout=60) as database:
            database.execute("ALTER TABLE gone RENAME TO jobs")
        archive.stop()
        return archive.log.replace(anonymous, "THE-ANONYMOUS-JOB")


def test_no_token_is_in_the_log(log: str) -> None:
    assert SECRET_TOKEN not in log
    assert base64.b64encode(f"whoever:{SECRET_TOKEN}".encode()).decode() not in log


def test_no_query_is_in_the_log(log: str) -> None:
    assert "secret idea" not in log
    assert "secret+idea" not in log


def test_no_id_of_an_anonymous_job_is_in_the_log(log: str) -> None:
    assert "THE-ANONYMOUS-JOB" not in log


def test_every_line_but_the_first_sentence_is_an_event(log: str) -> None:
    lines = log.splitlines()
    assert lines[0].startswith("The archive answers on http://")
    assert all(line.startswith('{"time": ') for line in lines[1:])
    assert '"user": "researcher"' in log
    assert '"traceback"' in log
