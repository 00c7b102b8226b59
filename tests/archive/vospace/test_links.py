"""A link in a home leads nowhere, wherever it stands and whatever is done with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests

from .conftest import Files


@pytest.fixture
def secret(files: Files, tmp_path: Path) -> Path:
    """A file outside the space, and links to it and to its folder in the home."""
    secret = tmp_path / "outside" / "secret"
    secret.parent.mkdir()
    secret.write_text("the secret")
    (files.home / "to-file").symlink_to(secret)
    (files.home / "to-folder").symlink_to(secret.parent)
    (files.home / "to-homes").symlink_to("..")
    (files.home / "inner").mkdir()
    (files.home / "inner" / "to-file").symlink_to(secret)
    return secret


def test_links_are_shown_and_not_followed(files: Files, secret: Path) -> None:
    kinds = {e["name"]: e["kind"] for e in files.ask("GET", "home/researcher").json()["entries"]}
    assert kinds == {"inner": "folder", "to-file": "link", "to-folder": "link", "to-homes": "link"}
    for path in ("to-file", "to-folder", "to-folder/secret", "to-homes/collaborator", "inner/to-file"):
        answer = files.ask("GET", f"home/researcher/{path}")
        assert answer.status_code == 404, (path, answer.text)
        assert "the secret" not in answer.text


def test_nothing_is_written_through_a_link(files: Files, secret: Path) -> None:
    home = "home/researcher"
    assert files.ask("PUT", f"{home}/to-folder/new", data=b"x").status_code == 404
    assert files.act(f"{home}/to-folder/new", "mkdir").status_code == 404
    assert files.ask("DELETE", f"{home}/to-folder/secret").status_code == 404
    assert files.act(f"{home}/inner", "move", to=f"{home}/to-folder/inner").status_code == 404
    assert files.act(f"{home}/inner", "copy", to=f"{home}/to-folder/inner").status_code == 404
    assert os.listdir(secret.parent) == ["secret"]
    assert files.ask("PUT", f"{home}/to-file", data=b"mine").status_code == 204
    assert (files.home / "to-file").read_bytes() == b"mine"
    assert secret.read_text() == "the secret"


def test_a_copied_link_stays_a_link_and_a_deleted_one_takes_nothing_along(files: Files, secret: Path) -> None:
    home = "home/researcher"
    assert files.act(f"{home}/inner", "copy", to=f"{home}/copy").status_code == 200
    assert (files.home / "copy" / "to-file").is_symlink()
    for name in ("to-file", "to-folder", "inner"):
        assert files.ask("DELETE", f"{home}/{name}", params={"recursive": "true"}).status_code == 204
    assert secret.read_text() == "the secret"


def test_a_home_that_is_a_link_is_not_followed(files: Files, secret: Path) -> None:
    other = files.by("token-of-collaborator")
    other.ask("GET", "home/collaborator")
    home = files.folder / "home" / "collaborator"
    for entry in home.iterdir():
        entry.unlink()
    home.rmdir()
    home.symlink_to(secret.parent)
    try:
        assert other.ask("GET", "home/collaborator").status_code in (404, 409)
        assert other.ask("GET", "home/collaborator/secret").status_code == 404
    finally:
        home.unlink()


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        "\x00",
        "a\nb",
        "a\x1b[2J",
        "\u202etxt.exe",
        "x" * 256,
        "d/" * 101 + "x",
    ],
)
def test_names_are_not_trusted(files: Files, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        request = requests.Request(method, files.url(""), headers=files.headers, data=b"x").prepare()
        request.url = files.url(f"home/researcher/{path}")  # as it stands: nothing tidied up on the way
        with requests.Session() as session:
            answer = session.send(request, timeout=30)
        # An address with a line end fits no route at all.
        assert answer.status_code == (404 if "\n" in path else 400), answer.text
    assert files.act("home/researcher", "copy", to=f"home/researcher/{path}").status_code == 400
    assert list(files.home.iterdir()) == []
