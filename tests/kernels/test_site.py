"""Where a query goes and which token goes with it; above all, where a token does not go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import astrohub
import pytest
from astrohub.site import find_site

from .fake_archive import FakeArchive, Reply

QUERY = "SELECT 1"


@pytest.fixture
def other() -> Iterator[FakeArchive]:
    """Another site."""
    other = FakeArchive()
    yield other
    other.close()


def test_the_inside_address_comes_before_the_public_one() -> None:
    environ = {"ASTROHUB_URL": "https://out", "ASTROHUB_INTERNAL_URL": "http://in/"}
    assert find_site(environ=environ).url == "http://in"
    assert find_site("http://said/", environ=environ).url == "http://said"
    assert find_site(environ={}).url == "http://127.0.0.1:8000"


def test_the_token_file_is_read_at_each_query(
    archive: FakeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    monkeypatch.setenv("ASTROHUB_TOKEN_FILE", str(file))
    client = astrohub.Client()
    for token in ("one", "two"):
        file.write_text(token + "\n")
        client.query(QUERY)
    assert archive.authorization == ["Bearer one", "Bearer two"]


def test_a_given_token_comes_first_and_an_empty_one_is_nobody(
    archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTROHUB_TOKEN", "mine")
    astrohub.query(QUERY)
    astrohub.Client(token="given").query(QUERY)
    astrohub.Client(token="").query(QUERY)
    assert archive.authorization == ["Bearer mine", "Bearer given", None]


def test_a_missing_token_file_leaves_the_variable(tmp_path: Path) -> None:
    environ = {"ASTROHUB_TOKEN_FILE": str(tmp_path / "none"), "ASTROHUB_TOKEN": "mine"}
    assert find_site(environ=environ).token == "mine"


def test_the_environments_token_does_not_go_to_another_site(
    archive: FakeArchive, other: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTROHUB_TOKEN", "mine")
    astrohub.Client(other.url).query(QUERY)
    astrohub.Client(archive.url).query(QUERY)
    assert (other.authorization, archive.authorization) == ([None], ["Bearer mine"])


def test_without_an_address_in_the_environment_its_token_goes_where_one_says() -> None:
    assert find_site("https://a", environ={"ASTROHUB_TOKEN": "mine"}).token == "mine"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_follows_a_redirect_to_another_site(
    archive: FakeArchive, other: FakeArchive, status: int
) -> None:
    archive.reply = Reply(status, body=b"", headers={"Location": f"{other.url}/services/archive/tap/sync"})
    with pytest.raises(astrohub.NotReachable, match=f"leads to another site, {other.url}"):
        astrohub.Client(token="secret").query(QUERY)
    assert other.paths == []


def test_a_redirect_within_the_site_is_followed(archive: FakeArchive) -> None:
    redirect = Reply(303, body=b"", headers={"Location": "/elsewhere"})
    replies = iter([redirect, Reply()])

    class Changing(FakeArchive):
        @property
        def reply(self) -> Reply:
            return next(replies)

        @reply.setter
        def reply(self, _: Reply) -> None:
            pass

    changing = Changing()
    try:
        assert len(astrohub.Client(changing.url, token="t").query(QUERY)) == 3
        assert changing.paths == ["/services/archive/tap/sync", "/elsewhere"]
        assert changing.authorization == ["Bearer t", "Bearer t"]
    finally:
        changing.close()


def test_a_circle_of_redirects_ends(archive: FakeArchive) -> None:
    archive.reply = Reply(307, body=b"", headers={"Location": "/services/archive/tap/sync"})
    with pytest.raises(astrohub.NotReachable, match="circles"):
        astrohub.query(QUERY)


def test_a_password_file_of_the_user_is_not_looked_into(
    archive: FakeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    astrohub.query(QUERY)
    assert archive.authorization == [None]


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert len(astrohub.query(QUERY)) == 3


def test_a_token_is_never_shown() -> None:
    client = astrohub.Client("http://a", token="secret")
    assert "secret" not in repr(client)
    assert "secret" not in repr(find_site("http://a", "secret"))
