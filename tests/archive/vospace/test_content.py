"""Bytes in and out: whole, in part, replaced or not, and never run by a browser."""

from __future__ import annotations

import pytest

from .conftest import Files

HOME = "home/researcher"


def test_what_is_put_can_be_got(files: Files) -> None:
    content = bytes(range(256)) * 5_000
    path = f"{HOME}/naïve résumé #1?%41.bin"
    made = files.ask("PUT", path, data=content)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == files.url(path)
    got = files.ask("GET", path)
    assert got.content == content
    assert got.headers["ETag"] == made.headers["ETag"]
    assert (files.home / "naïve résumé #1?%41.bin").stat().st_mode & 0o077 == 0


def test_a_put_replaces_unless_it_must_not(files: Files) -> None:
    assert files.ask("PUT", f"{HOME}/a", data=b"1").status_code == 201
    (files.home / "a").chmod(0o700)
    assert files.ask("PUT", f"{HOME}/a", data=b"2").status_code == 204
    assert (files.home / "a").stat().st_mode & 0o777 == 0o700
    kept = files.ask("PUT", f"{HOME}/a", data=b"3", headers={"If-None-Match": "*"})
    assert kept.status_code == 412
    assert kept.json()["detail"] == "home/researcher/a is there already."
    assert files.ask("PUT", f"{HOME}/b", data=b"3", headers={"If-None-Match": "*"}).status_code == 201
    assert files.ask("GET", f"{HOME}/a").content == b"2"


def test_a_put_needs_its_folder_and_does_not_take_the_place_of_one(files: Files) -> None:
    assert files.ask("PUT", f"{HOME}/missing/a", data=b"1").status_code == 404
    (files.home / "folder").mkdir()
    assert files.ask("PUT", f"{HOME}/folder", data=b"1").status_code == 409
    assert files.ask("PUT", HOME, data=b"1").status_code == 403
    assert (
        files.ask("PUT", f"{HOME}/a", data=b"1", headers={"Content-Range": "bytes 0-0/9"}).status_code == 400
    )
    assert [entry.name for entry in files.home.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=5-99", 206, b"56789"),
        ("bytes=0-0", 206, b"0"),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=4-2", 200, b"0123456789"),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("rows=1-2", 200, b"0123456789"),
    ],
)
def test_a_part_can_be_asked_for(files: Files, asked: str, status: int, content: bytes | None) -> None:
    files.ask("PUT", f"{HOME}/digits", data=b"0123456789")
    answer = files.ask("GET", f"{HOME}/digits", headers={"Range": asked})
    assert answer.status_code == status
    if content is not None:
        assert answer.content == content
        assert int(answer.headers["Content-Length"]) == len(content)


def test_a_part_of_another_version_is_not_sent(files: Files) -> None:
    tag = files.ask("PUT", f"{HOME}/a", data=b"0123").headers["ETag"]
    part = {"Range": "bytes=2-", "If-Range": tag}
    assert files.ask("GET", f"{HOME}/a", headers=part).content == b"23"
    assert files.ask("GET", f"{HOME}/a", headers={"If-None-Match": tag}).status_code == 304
    files.ask("PUT", f"{HOME}/a", data=b"4567")
    assert files.ask("GET", f"{HOME}/a", headers=part).content == b"4567"
    assert files.ask("GET", f"{HOME}/a", headers={"If-None-Match": tag}).status_code == 200


def test_head_tells_size_and_name_without_the_bytes(files: Files) -> None:
    files.ask("PUT", f"{HOME}/sky.fits", data=b"x" * 2880)
    head = files.ask("HEAD", f"{HOME}/sky.fits")
    assert (head.status_code, head.headers["Content-Length"]) == (200, "2880")
    assert head.headers["Content-Type"] == "application/fits"


@pytest.mark.parametrize(
    "name", ["evil.html", "evil.svg", "evil.js", "evil.pdf", "evil", "evil.xhtml", 'a".html']
)
def test_users_bytes_are_disarmed(files: Files, name: str) -> None:
    files.ask("PUT", f"{HOME}/{name}", data=b"<script>alert(1)</script>")
    answer = files.ask("GET", f"{HOME}/{name}")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert "Access-Control-Allow-Origin" not in answer.headers
