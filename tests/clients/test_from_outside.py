"""Clients outside the platform, with a token of `./astrohub token` or without: pyvo and STILTS."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
import pyvo
import requests

from ..support.platform import RunningPlatform

QUERY = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"
ORDERED = f"{QUERY} ORDER BY source_id"
MINE = "SELECT * FROM mydb.x"
needs_stilts = pytest.mark.skipif(
    shutil.which("stilts") is None, reason="stilts is not installed (Debian package stilts)"
)


@pytest.fixture(scope="module")
def token(platform: RunningPlatform) -> str:
    """A token as `./astrohub token researcher` gives it."""
    return platform.token("researcher")


def tap_url(platform: RunningPlatform) -> str:
    return f"{platform.url}/services/archive/tap"


def by_pyvo(platform: RunningPlatform, token: str | None, query: str, *, job: bool = False) -> list[int]:
    session = requests.Session()
    if token is not None:
        session.headers["Authorization"] = f"Bearer {token}"
    service = pyvo.dal.TAPService(tap_url(platform), session=session)
    result = service.run_async(query) if job else service.run_sync(query)
    return [int(value) for value in result["source_id"]]


def by_stilts(
    platform: RunningPlatform, token: str | None, query: str, folder: Path, *, sync: bool = True
) -> subprocess.CompletedProcess[str]:
    credentials = ["-Dstar.basicauth.user=researcher", f"-Dstar.basicauth.password={token}"] if token else []
    output = folder / "rows.csv"
    command = ["stilts", *credentials, "tapquery", f"tapurl={tap_url(platform)}"]
    command += [f"adql={query}", f"sync={str(sync).lower()}", f"out={output}", "ofmt=csv"]
    return subprocess.run(command, capture_output=True, text=True, timeout=400)


def rows_of(folder: Path) -> list[int]:
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as lines:
        return [int(row["source_id"]) for row in csv.DictReader(lines)]


@pytest.mark.parametrize("job", [False, True])
def test_pyvo_gets_the_rows_with_a_token_and_without(
    platform: RunningPlatform, token: str, job: bool
) -> None:
    with_token = by_pyvo(platform, token, ORDERED, job=job)
    assert len(with_token) == 100
    assert max(with_token) > 2**53
    assert by_pyvo(platform, None, ORDERED, job=job) == with_token


@needs_stilts
@pytest.mark.parametrize("sync", [True, False])
def test_stilts_gets_the_same_rows_as_pyvo(
    platform: RunningPlatform, token: str, tmp_path: Path, sync: bool
) -> None:
    expected = by_pyvo(platform, token, ORDERED)
    for sender in (token, None):
        done = by_stilts(platform, sender, ORDERED, tmp_path, sync=sync)
        assert done.returncode == 0, done.stderr
        assert rows_of(tmp_path) == expected


def test_the_query_of_the_guide_answers_without_order(platform: RunningPlatform, token: str) -> None:
    assert len(by_pyvo(platform, token, QUERY)) == 100


@needs_stilts
def test_stilts_sends_its_token_once_it_is_asked(
    platform: RunningPlatform, token: str, tmp_path: Path
) -> None:
    asked = by_stilts(platform, None, MINE, tmp_path)
    assert asked.returncode != 0
    assert "Authentication requested" in asked.stderr
    known = by_stilts(platform, token, MINE, tmp_path)
    assert known.returncode != 0
    assert "no table mydb.x" in known.stderr
    assert "token" not in known.stderr.partition("no table")[2].lower()


def test_without_a_token_what_is_not_public_asks_for_one(platform: RunningPlatform) -> None:
    for name in ("mydb.x", "nonsense.x"):
        response = requests.post(
            f"{tap_url(platform)}/sync", data={"LANG": "ADQL", "QUERY": f"SELECT * FROM {name}"}, timeout=30
        )
        assert response.status_code == 401
        assert 'Basic realm="astrohub"' in response.headers["WWW-Authenticate"]
        assert "Bearer" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "scopes", [["custom:files:read"], ["access:services!service=archive"], ["custom:archive:read"]]
)
def test_a_token_without_the_scope_gets_nothing(platform: RunningPlatform, scopes: list[str]) -> None:
    token = platform.token("researcher", scopes)
    for query in (QUERY, MINE):
        response = requests.post(
            f"{tap_url(platform)}/sync",
            data={"LANG": "ADQL", "QUERY": query},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        assert response.status_code == 403


def test_no_token_is_in_any_log(platform: RunningPlatform, token: str) -> None:
    by_pyvo(platform, token, QUERY)
    logs = list((platform.data / "logs").rglob("*.log"))
    assert any("archive" in log.name for log in logs)
    for log in logs:
        assert token not in log.read_text(encoding="utf-8", errors="replace"), log.name
