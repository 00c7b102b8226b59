"""HEAD is answered wherever GET is, and a method that an address does not know is told those that it does."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import requests

from ...support.running_archive import PREFIX, RunningArchive

QUERY = f"LANG=ADQL&RESPONSEFORMAT=csv&QUERY={quote('SELECT TOP 5 hip FROM hipparcos.hip2')}"
ALL = f"LANG=ADQL&RESPONSEFORMAT=csv&QUERY={quote('SELECT * FROM gaia_dr3_g10.gaia_source')}"
GETTABLE = [
    "/tap/availability",
    "/tap/capabilities",
    "/tap/tables",
    "/tap/examples",
    "/tap/async",
    "/catalog",
    "/openapi.json",
    f"/tap/sync?{QUERY}",
    "/tap/tables/nothing.there",
]
KNOWN = [
    ("PATCH", "/tap/sync", {"GET", "HEAD", "POST"}),
    ("POST", "/tap/capabilities", {"GET", "HEAD"}),
    ("DELETE", "/tap/async/u1/phase", {"GET", "HEAD", "POST"}),
    ("PUT", "/tap/async/u1", {"GET", "HEAD", "POST", "DELETE"}),
    ("PATCH", "/mydb/tables/x", {"GET", "HEAD", "PUT", "DELETE"}),
]


@pytest.mark.parametrize("path", GETTABLE, ids=lambda path: path.partition("?")[0])
def test_head_says_what_get_says_and_sends_no_body(archive: RunningArchive, path: str) -> None:
    address = f"{archive.base}{PREFIX}{path}"
    got = requests.get(address, timeout=30)
    told = requests.head(address, timeout=30)
    assert (told.status_code, told.content) == (got.status_code, b"")
    for name in ("Content-Type", "Content-Length", "Astrohub-Rows", "ETag", "WWW-Authenticate"):
        assert told.headers.get(name) == got.headers.get(name), name


def test_the_head_of_a_long_answer_frees_its_worker(archive: RunningArchive) -> None:
    for _ in range(4):
        told = requests.head(f"{archive.tap}/sync?{ALL}", timeout=30)
        assert (told.status_code, told.content) == (200, b"")
    asked = {"event": "request", "method": "HEAD", "route": "/tap/sync", "bytes": 0}
    assert archive.wait_for(lambda: sum(asked.items() <= event.items() for event in archive.events) >= 4)
    assert "_AllSaid" not in archive.log  # to say no more is no failure
    assert archive.query("SELECT COUNT(*) FROM hipparcos.hip2").status_code == 200


@pytest.mark.parametrize(("method", "path", "known"), KNOWN)
def test_a_method_that_is_not_known_is_told_those_that_are(
    archive: RunningArchive, method: str, path: str, known: set[str]
) -> None:
    answer = requests.request(method, f"{archive.base}{PREFIX}{path}", timeout=30)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == known
