"""What a caller finds: the own home, what is public, and nothing else."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
import requests

from .conftest import Files

PROBLEM = {"Accept": "application/problem+json"}


def test_the_root_shows_home_and_public(files: Files) -> None:
    root = files.ask("GET", "").json()
    assert (root["path"], root["kind"], root["writable"]) == ("", "folder", False)
    assert [(entry["name"], entry["kind"]) for entry in root["entries"]] == [
        ("home", "folder"),
        ("public", "folder"),
    ]
    assert files.ask("GET", "home").json()["entries"][0]["name"] == "researcher"


def test_the_root_answers_with_and_without_a_slash(files: Files) -> None:
    without = files.url("").removesuffix("/")
    assert files.ask("GET", "").json() == requests.get(without, headers=files.headers, timeout=30).json()


def test_a_home_shows_its_files_with_size_and_time(files: Files) -> None:
    (files.home / "näme with space.txt").write_text("four")
    os.utime(files.home / "näme with space.txt", (1e9, 1e9))
    (files.home / "folder").mkdir()
    listing = files.ask("GET", "home/researcher").json()
    assert listing["writable"] is True
    assert [entry["name"] for entry in listing["entries"]] == ["folder", "näme with space.txt"]
    assert listing["entries"][1] == {
        "name": "näme with space.txt",
        "kind": "file",
        "size": 4,
        "modified": datetime.fromtimestamp(1e9, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "writable": True,
    }
    assert listing["quota"]["limitBytes"] == 300 * 1024**2


def test_public_files_are_read_by_everybody_and_changed_by_nobody(files: Files) -> None:
    (files.public / "data.csv").write_text("a,b\n")
    assert files.by(None).ask("GET", "public/data.csv").text == "a,b\n"
    assert files.by(None).names("") == ["public"]
    assert files.by(None).ask("GET", "public").json()["writable"] is False
    for answer in (
        files.ask("PUT", "public/data.csv", data=b"x"),
        files.ask("DELETE", "public/data.csv"),
        files.act("public/new", "mkdir"),
        files.act("public/data.csv", "move", to="home/researcher/data.csv"),
    ):
        assert answer.status_code == 403, answer.text
        assert "read-only" in answer.json()["detail"]
    assert (files.public / "data.csv").read_text() == "a,b\n"


@pytest.mark.parametrize(
    "path", ["home/collaborator", "home/collaborator/x", "home/nobody", "elsewhere", "home/.trash"]
)
def test_what_is_not_the_callers_does_not_exist(files: Files, path: str) -> None:
    files.by("token-of-collaborator").ask("PUT", "home/collaborator/x", data=b"secret")
    for method in ("GET", "PUT", "DELETE"):
        assert files.ask(method, path, data=b"").status_code == 404
    anonymous = files.by(None).ask("GET", path)
    assert anonymous.status_code == 401
    assert "Basic" in anonymous.headers["WWW-Authenticate"]


def test_a_token_does_what_its_scopes_allow(files: Files) -> None:
    (files.home / "a").write_text("a")
    reader, tables = files.by("token-that-reads"), files.by("token-for-tables")
    assert reader.ask("GET", "home/researcher/a").text == "a"
    refused = reader.ask("PUT", "home/researcher/b", data=b"b")
    assert (refused.status_code, refused.json()["slug"]) == (403, "forbidden")
    assert "custom:files:write" in refused.json()["detail"]
    assert tables.ask("GET", "home/researcher/a").status_code == 403
    assert files.by("unknown").ask("GET", "home/researcher/a").status_code == 401


def test_a_user_of_any_name_has_a_home(files: Files) -> None:
    zoe = files.by("token-of-zoe")
    (name,) = zoe.names("home")
    assert zoe.ask("PUT", f"home/{name}/x", data=b"x").status_code == 201
    assert zoe.names("home/zoë@example.org") == ["x"]
    assert (files.folder / "home" / "zo~c3~ab~40example.org" / "x").read_bytes() == b"x"


def test_long_folders_come_in_pages(files: Files) -> None:
    for number in range(120):
        (files.home / f"{number:03d}").touch()
    seen, after = [], None
    while True:
        page = files.ask("GET", "home/researcher", params={"after": after} if after else {}).json()
        assert len(page["entries"]) <= 50
        seen += [entry["name"] for entry in page["entries"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"{number:03d}" for number in range(120)]
    assert len(files.ask("GET", "home/researcher", params={"limit": 7}).json()["entries"]) == 7
    assert files.ask("GET", "home/researcher", params={"after": "§"}).status_code == 400
    assert files.ask("GET", "home/researcher", params={"limit": "0"}).status_code == 400
    refused = files.ask("GET", "home/researcher", params={"limit": "many"}, headers=PROBLEM)
    assert (refused.status_code, "limit does not fit" in refused.json()["detail"]) == (400, True)


def test_what_cannot_be_shown_is_counted_or_left_out(files: Files) -> None:
    os.mkfifo(files.home / "pipe")
    (files.home / "line\nend").touch()
    with open(os.fsencode(files.home) + b"/not-\xff-text", "wb"):
        pass
    (files.home / "good").touch()
    listing = files.ask("GET", "home/researcher").json()
    assert [entry["name"] for entry in listing["entries"]] == ["good"]
    assert listing["omitted"] == 2
    assert files.ask("GET", "home/researcher/pipe", headers={"Connection": "close"}).status_code == 409
