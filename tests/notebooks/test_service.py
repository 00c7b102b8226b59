"""The running service: webhooks of three forges, polling, its pages."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from .repository import Repository, serve_over_http
from .service import SECRET, Service, published, serving, until, write_settings

BODY = json.dumps({"ref": "refs/heads/main"}).encode()


def _digest(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _github(body: bytes, delivery: str = "1", secret: str = SECRET) -> dict[str, str]:
    return {
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": f"sha256={_digest(body, secret)}",
    }


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path)
    repository.push("One", {"a.ipynb": "one"})
    return repository


@pytest.fixture
def service(tmp_path: Path, repository: Repository) -> Iterator[Service]:
    """A service that polls hardly ever, over a real `git http-backend`."""
    with serve_over_http(repository) as url:
        source = {"kind": "git", "url": url, "pollS": 3600}
        settings = write_settings(tmp_path, source=source, webhook={"secret": SECRET, "bodyS": 60})
        with serving(tmp_path, settings) as running:
            until(lambda: published(tmp_path) == {"a.ipynb": "one"}, "the first version")
            until(lambda: running.status()["looked"], "the first look")
            yield running


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that several tests share, because none of them makes it publish."""
    folder = tmp_path_factory.mktemp("quiet")
    repository = Repository(folder)
    repository.push("One", {"a.ipynb": "one"})
    source = {"kind": "git", "url": repository.url, "pollS": 3600}
    with serving(
        folder, write_settings(folder, source=source, webhook={"secret": SECRET, "bodyS": 60})
    ) as running:
        yield running


@pytest.mark.parametrize(
    "headers",
    [
        _github(BODY),
        {"X-Gitea-Event": "push", "X-Gitea-Delivery": "1", "X-Gitea-Signature": _digest(BODY)},
        {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Event-UUID": "1", "X-Gitlab-Token": SECRET},
    ],
    ids=["github", "gitea", "gitlab"],
)
def test_a_push_is_answered_at_once_and_published(
    tmp_path: Path, repository: Repository, service: Service, headers: dict[str, str]
) -> None:
    commit = repository.push("Two", {"a.ipynb": "two"})
    started = time.monotonic()
    assert service.post(BODY, headers).status_code == 202
    assert time.monotonic() - started < 30
    until(lambda: published(tmp_path) == {"a.ipynb": "two"}, "the pushed version")
    # Readers see a version a moment before the history tells of it.
    until(lambda: service.status()["versions"][0]["commit"] == commit, "the history tells of it")
    newest = service.status()["versions"][0]
    assert (newest["message"], newest["state"]) == ("Two", "published")


def test_a_form_encoded_push_is_published(tmp_path: Path, repository: Repository, service: Service) -> None:
    repository.push("Two", {"a.ipynb": "two"})
    body = b"payload=" + quote(BODY).encode()
    headers = {**_github(body), "Content-Type": "application/x-www-form-urlencoded"}
    assert service.post(body, headers).status_code == 202
    until(lambda: published(tmp_path) == {"a.ipynb": "two"}, "the pushed version")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-GitHub-Event": "push"}, 401),
        (_github(BODY, secret="a guess"), 403),
        (_github(BODY + b" "), 403),
        ({**_github(BODY), "X-Gitlab-Token": "wrong"}, 403),
        ({"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "wrong"}, 403),
        ({"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": SECRET[:-1]}, 403),
    ],
    ids=["unsigned", "other-secret", "other-body", "one-of-two-wrong", "wrong-token", "shortened-token"],
)
def test_a_message_that_is_not_genuine_is_refused(
    quiet: Service, headers: dict[str, str], status: int
) -> None:
    answer = quiet.post(BODY, headers)
    assert answer.status_code == status
    assert SECRET not in answer.text


def test_a_message_is_acted_upon_once(quiet: Service) -> None:
    assert "fetched" in quiet.post(BODY, _github(BODY, "7")).json()["detail"]
    assert "before" in quiet.post(BODY, _github(BODY, "7")).json()["detail"]
    assert "fetched" in quiet.post(BODY, _github(BODY, "8")).json()["detail"]


def test_other_branches_and_events_change_nothing(quiet: Service) -> None:
    other = json.dumps({"ref": "refs/heads/draft"}).encode()
    assert "Nothing to do" in quiet.post(other, _github(other)).json()["detail"]
    issue = {**_github(BODY), "X-GitHub-Event": "issues"}
    assert "Nothing to do" in quiet.post(BODY, issue).json()["detail"]
    assert quiet.post(BODY, {**_github(BODY), "X-GitHub-Event": "ping"}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"\xff", b"[" * 100_000])
def test_a_genuine_message_that_is_no_json_is_told_so(quiet: Service, body: bytes) -> None:
    assert quiet.post(body, _github(body)).status_code == 400


def test_a_body_beyond_the_limit_is_not_read(quiet: Service) -> None:
    body = b"x" * (5 * 1024**2 + 1)
    assert quiet.post(body, _github(body)).status_code == 413


def test_a_body_that_never_ends_is_given_up(tmp_path: Path, repository: Repository) -> None:
    source = {"kind": "git", "url": repository.url, "pollS": 3600}
    hasty = write_settings(tmp_path, source=source, webhook={"secret": SECRET, "bodyS": 0.2})
    with serving(tmp_path, hasty) as running:
        address = urlsplit(running.base)
        with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
            head = f"POST {address.path}/hook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow"
            connection.sendall(head.encode())
            assert b" 408 " in connection.recv(200)


def test_the_page_shows_versions_and_escapes_what_people_wrote(
    tmp_path: Path, repository: Repository, service: Service
) -> None:
    repository.push("<script>alert(1)</script>", {"a.ipynb": "two"})
    service.post(BODY, _github(BODY))
    until(lambda: published(tmp_path) == {"a.ipynb": "two"}, "the pushed version")
    page = until(lambda: "&lt;script&gt;" in (text := service.get("/").text) and text, "the page tells of it")
    assert "<script>" not in page
    headers = service.get("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_failing_source_is_reported_and_the_version_stays(
    tmp_path: Path, repository: Repository, service: Service
) -> None:
    repository.bare.rename(tmp_path / "gone")
    service.post(BODY, _github(BODY))
    until(lambda: service.status()["problem"], "the problem is told")
    assert service.get("/health").json()["status"] == "failing"
    assert service.get("/health").status_code == 200
    assert "The last version stays" in service.get("/").text
    assert published(tmp_path) == {"a.ipynb": "one"}
    (tmp_path / "gone").rename(repository.bare)
    service.post(BODY, _github(BODY, "2"))
    until(lambda: service.get("/health").json()["status"] == "ok", "the problem is over")


def test_a_change_in_a_folder_is_published_within_seconds(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.ipynb").write_text("one")
    settings = write_settings(tmp_path, source={"kind": "folder", "path": str(source)})
    with serving(tmp_path, settings):
        until(lambda: published(tmp_path) == {"a.ipynb": "one"}, "the first version")
        (source / "a.ipynb").write_text("two")
        until(lambda: published(tmp_path) == {"a.ipynb": "two"}, "the changed version")
        (source / "a.ipynb").rename(source / "b.ipynb")
        until(lambda: published(tmp_path) == {"b.ipynb": "two"}, "the renamed version")


def test_without_a_secret_no_message_is_accepted(tmp_path: Path, repository: Repository) -> None:
    source = {"kind": "git", "url": repository.url, "pollS": 3600}
    with serving(tmp_path, write_settings(tmp_path, source=source, webhook={})) as running:
        assert running.post(BODY, _github(BODY)).status_code == 403


def test_the_service_stops_while_a_fetch_hangs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
        with serving(tmp_path, write_settings(tmp_path, source={"kind": "git", "url": url})) as running:
            silent.accept()
            running.process.terminate()
            assert running.process.wait(60) in {0, -15}


def test_the_secret_is_in_no_log(quiet: Service) -> None:
    quiet.post(BODY, _github(BODY))
    quiet.post(BODY, _github(BODY, secret="a guess"))
    assert SECRET not in quiet.log.read_text()
