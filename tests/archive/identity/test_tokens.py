"""Whom the archive answers, over HTTP: the hub's word, scopes, and what happens without a hub."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ...support.fake_hub import ALL_SCOPES, FakeHub
from ...support.running_archive import RunningArchive, running_archive

STARS = "SELECT TOP 1 source_id FROM gaia_dr3_g10.gaia_source"
MINE = "SELECT * FROM mydb.x"


@pytest.fixture(scope="module")
def own_hub() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        yield hub


@pytest.fixture(scope="module")
def short_memory(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, own_hub: FakeHub
) -> Iterator[RunningArchive]:
    settings = {"memoryS": 0, "outageS": 600}
    folder = tmp_path_factory.mktemp("short_memory")
    with running_archive(folder, sample_data, own_hub.api_url, hub=settings) as archive:
        yield archive


def challenges(response: requests.Response) -> list[str]:
    return [value.strip() for value in response.raw.headers.getlist("WWW-Authenticate")]


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"whoever:{password}".encode()).decode()


@pytest.mark.parametrize("table", ["mydb.x", "nonsense.x", "user_researcher.y", "nothing"])
def test_without_a_token_whatever_is_not_public_asks_for_one(archive: RunningArchive, table: str) -> None:
    response = archive.query(f"SELECT * FROM {table}")
    assert response.status_code == 401
    assert [challenge.split(" ")[0] for challenge in challenges(response)] == ["Basic", "Bearer"]
    assert 'realm="astrohub"' in challenges(response)[0]
    assert "token" in response.text


def test_names_that_exist_and_names_that_do_not_are_refused_alike(archive: RunningArchive) -> None:
    texts = {
        archive.query(f"SELECT * FROM {name}").text.replace(name, "…") for name in ("mydb.x", "absurd.x")
    }
    assert len(texts) == 1


def test_without_a_token_public_tables_answer(archive: RunningArchive) -> None:
    response = archive.query(STARS)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("form", ["Bearer {}", "token {}", "basic"])
def test_a_token_may_come_in_any_header(archive: RunningArchive, token: str, form: str) -> None:
    value = basic(token) if form == "basic" else form.format(token)
    response = archive.query(STARS, headers={"Authorization": value})
    assert response.status_code == 200, response.text
    assert archive.query(MINE, headers={"Authorization": value}).status_code == 400


def test_a_data_lab_token_is_unwrapped(archive: RunningArchive, token: str) -> None:
    for value in (token, f"researcher.1001.1001.{token}_access"):
        assert archive.query(MINE, headers={"X-DL-AuthToken": value}).status_code == 400


def test_a_token_in_the_address_or_a_cookie_is_not_read(archive: RunningArchive, token: str) -> None:
    form = {"LANG": "ADQL", "QUERY": MINE}
    url = f"{archive.tap}/sync"
    assert requests.get(url, params={**form, "token": token}, timeout=30).status_code == 401
    cookies = {"jupyterhub-services": token, "jupyterhub-session-id": token}
    assert requests.post(url, data=form, cookies=cookies, timeout=30).status_code == 401


def test_an_unknown_token_is_refused_even_for_public_tables(archive: RunningArchive) -> None:
    response = archive.query(STARS, token="f" * 32)
    assert response.status_code == 401
    assert 'error="invalid_token"' in challenges(response)[1]
    assert "not known to the hub" in response.text


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        ((), "access:services!service=archive"),
        (("access:services!service=other", "custom:archive:read"), "access:services!service=archive"),
        (("access:services!service=archive",), "custom:archive:read"),
    ],
)
def test_a_token_without_the_scope_gets_nothing(
    archive: RunningArchive, hub: FakeHub, scopes: tuple[str, ...], missing: str
) -> None:
    token = hub.give(f"{hash(scopes) & 0xFFFFFFFF:032x}", "student1", scopes)
    for response in (
        archive.query(STARS, token=token),
        archive.query(MINE, token=token),
        requests.get(f"{archive.tap}/async", headers={"Authorization": f"Bearer {token}"}, timeout=30),
    ):
        assert response.status_code == 403
        assert missing in response.text


def test_a_wider_scope_opens_the_archive(archive: RunningArchive, hub: FakeHub) -> None:
    token = hub.give("a" * 32, "administrator", ("access:services", "custom:archive:read"))
    assert archive.query(STARS, token=token).status_code == 200


def test_a_services_token_is_not_a_users(archive: RunningArchive, hub: FakeHub) -> None:
    token = hub.give("b" * 32, "researcher", ALL_SCOPES, kind="service")
    assert archive.query(STARS, token=token).status_code == 403


def test_the_hub_is_asked_once_while_a_token_is_remembered(archive: RunningArchive, hub: FakeHub) -> None:
    token = hub.give("c" * 32, "researcher")
    for _ in range(3):
        assert archive.query(STARS, token=token).status_code == 200
    assert hub.asked[token] == 1


def test_a_revoked_token_ends_when_it_is_forgotten(short_memory: RunningArchive, own_hub: FakeHub) -> None:
    token = own_hub.give("d" * 32, "researcher")
    assert short_memory.query(STARS, token=token).status_code == 200
    own_hub.revoke(token)
    refused = short_memory.query(STARS, token=token, RESPONSEFORMAT="arrow")
    assert (refused.status_code, refused.json()["slug"]) == (401, "invalid-token")
    assert refused.json()["detail"] == (
        "The token is not known to the hub, or has expired; get a new one and try again."
    )


def test_without_a_hub_known_tokens_and_the_anonymous_go_on(
    short_memory: RunningArchive, own_hub: FakeHub
) -> None:
    known, unknown = own_hub.give("e" * 32, "researcher"), own_hub.give("0" * 32, "student1")
    assert short_memory.query(STARS, token=known).status_code == 200
    own_hub.failing = True
    try:
        assert short_memory.query(STARS, token=known).status_code == 200
        assert short_memory.query(STARS).status_code == 200
        refused = short_memory.query(STARS, token=unknown)
        assert refused.status_code == 503
        assert "hub does not answer" in refused.text
    finally:
        own_hub.failing = False
    assert short_memory.query(STARS, token=unknown).status_code == 200
