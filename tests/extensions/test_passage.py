"""The passage to the archive: what comes through, in which dress, and what does not."""

from __future__ import annotations

import asyncio
import json
import re

import httpx
import pytest

from .conftest import Lab
from .fake_archive import TOKEN, FakeArchive


def test_a_request_goes_through_with_its_path_and_the_token(lab: Lab, archive: FakeArchive) -> None:
    answer = lab.call("GET", "archive/files/home/a%20b/%C3%A9?after=x%26y")
    assert (answer.status_code, answer.json()) == (200, {"said": True})
    asked = archive.requests[0]
    assert (asked.method, asked.path) == ("GET", "/files/home/a%20b/%C3%A9?after=x%26y")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Cookie" not in asked.headers


def test_a_body_arrives_as_it_was_sent(lab: Lab, archive: FakeArchive) -> None:
    body = bytes(range(256)) * 40_000
    headers = {"If-None-Match": "*", "X-Forwarded-User": "root", "Content-Type": "application/octet-stream"}
    answer = lab.call("PUT", "archive/files/home/big.bin", content=body, headers=headers)
    assert answer.status_code == 201
    asked = archive.requests[0]
    assert asked.body == body
    assert asked.headers["If-None-Match"] == "*"
    assert "X-Forwarded-User" not in asked.headers


def test_a_body_of_unknown_length_streams(lab: Lab, archive: FakeArchive) -> None:
    pieces = [b"a" * 70_000, b"b" * 70_000]
    answer = lab.call("PUT", "archive/mydb/tables/t?format=csv", content=iter(pieces))
    assert answer.status_code == 201
    assert archive.requests[0].body == b"".join(pieces)


def test_a_file_never_acts_as_a_page(lab: Lab) -> None:
    answer = lab.call("GET", "archive/files/home/page.html")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "a=b" not in answer.headers.get("Set-Cookie", "")


def test_looking_and_deleting_have_no_body(lab: Lab) -> None:
    assert lab.call("HEAD", "archive/files/home/a").headers["Content-Length"] == "12"
    assert lab.call("DELETE", "archive/files/home/a").status_code == 204


@pytest.mark.parametrize(
    "path",
    ["tap/sync", "files/../tap/sync", "files/%2e%2e/tap/sync", "files/..%2ftap", "catalogue", "files/..%5cx"],
)
def test_nothing_else_of_the_archive_is_reached(lab: Lab, archive: FakeArchive, path: str) -> None:
    async def ask() -> bytes:
        host, port = lab.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        lines = [f"GET /astrohub/archive/{path} HTTP/1.1", f"Host: {host}:{port}"]
        lines += [f"Authorization: token {lab.token}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode())
        return await reader.read()

    answer = asyncio.run(ask())
    assert re.match(rb"HTTP/1.1 40[04] ", answer), answer
    assert archive.requests == []


def test_a_refusal_keeps_its_sentence(lab: Lab) -> None:
    answer = lab.call("PUT", "archive/files/home/full", content=b"x" * 2_000_000)
    assert answer.status_code == 507
    assert answer.json()["detail"] == "Your home is full."


def test_an_archive_that_is_down_is_said_to_be_restarting(lab: Lab, archive: FakeArchive) -> None:
    archive.__exit__()
    try:
        for method in ("GET", "PUT"):
            answer = lab.call(method, "archive/files/home/a", content=b"x" * 500_000)
            assert (answer.status_code, answer.json()["slug"]) == (502, "unreachable")
    finally:
        archive.__enter__()


def test_an_answer_that_breaks_off_is_broken_for_the_page_too(lab: Lab) -> None:
    with pytest.raises(httpx.TransportError):
        lab.call("GET", "archive/files/home/broken.txt")


def test_an_upload_that_is_given_up_breaks_off_in_the_archive(lab: Lab, archive: FakeArchive) -> None:
    async def give_up() -> None:
        host, port = lab.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        lines = ["PUT /astrohub/archive/files/home/a HTTP/1.1", f"Host: {host}:{port}"]
        lines += [f"Authorization: token {lab.token}", "Content-Length: 1000000", "", ""]
        writer.write("\r\n".join(lines).encode() + b"x" * 200_000)
        await writer.drain()
        assert await asyncio.to_thread(archive.arriving.wait, 60)
        writer.close()
        assert await asyncio.to_thread(archive.left.wait, 60)

    asyncio.run(give_up())
    assert archive.requests == []


def test_a_result_is_written_into_a_file_without_passing_the_page(lab: Lab, archive: FakeArchive) -> None:
    said = {"query": "SELECT 1", "id": "a", "format": "csv", "path": "/home/me/Sterne é.csv"}
    answer = lab.call("POST", "save", json=said)
    assert answer.status_code == 201, answer.text
    query, put = archive.requests
    assert query.form["RESPONSEFORMAT"] == "csv"
    assert "MAXREC" not in query.form
    assert (put.method, put.path) == ("PUT", "/files/home/me/Sterne%20%C3%A9.csv")
    assert put.headers["If-None-Match"] == "*"
    assert len(put.body) == answer.json()["bytes"] > 1000


def test_a_result_that_breaks_off_leaves_no_file(lab: Lab, archive: FakeArchive) -> None:
    said = {"query": "SELECT drop", "id": "a", "format": "csv", "path": "home/me/a.csv"}
    answer = lab.call("POST", "save", json=said)
    assert (answer.status_code, answer.json()["slug"]) == (502, "broken-off")
    assert archive.left.wait(60)
    assert [request.path for request in archive.requests] == ["/tap/sync"]


def test_a_jobs_result_is_saved_without_running_its_query(lab: Lab, archive: FakeArchive) -> None:
    said = {"query": "SELECT 1", "id": "x", "format": "csv", "path": "home/é/j.csv", "job": "u12ab"}
    answer = lab.call("POST", "save", json=said)
    assert answer.status_code == 201
    asked, put = archive.requests
    assert (asked.method, asked.path) == ("GET", "/jobs/u12ab/rows?RESPONSEFORMAT=csv")
    assert (put.path, put.body) == ("/files/home/%C3%A9/j.csv", b'{"said": true}')
    assert lab.call("POST", "save", json={**said, "job": "../files"}).status_code == 400
    assert len(archive.requests) == 2


@pytest.mark.parametrize("path", ["", "/", "home/../../x", "home//x"])
def test_a_result_is_saved_only_at_a_path(lab: Lab, archive: FakeArchive, path: str) -> None:
    said = {"query": "SELECT 1", "id": "a", "format": "csv", "path": path}
    assert lab.call("POST", "save", json=said).status_code == 400
    assert archive.requests == []


def test_a_file_that_is_there_is_kept(lab: Lab) -> None:
    said = {"query": "SELECT 1", "id": "a", "format": "csv", "path": "home/me/taken.csv"}
    assert lab.call("POST", "save", json=said).json()["slug"] == "conflict"


def test_the_token_is_in_no_answer_and_no_log(lab: Lab) -> None:
    answer = lab.call("GET", "archive/catalog")
    assert TOKEN not in json.dumps([*answer.headers.items(), answer.text])
    assert TOKEN not in lab.log.read_text()
