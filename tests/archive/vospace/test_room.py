"""Large files, full homes, full disks, clients that leave: nothing half is kept, memory does not grow."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil
import requests

from ...support.fake_hub import FakeHub
from ...support.running_archive import PREFIX, running_archive
from ...support.small_disk import small_disk
from .conftest import Files

HOME = "home/researcher"
LARGE = 200 * 1024**2
LIMIT = 300 * 1024**2
PIECE = b"\0" * 1024**2


def unfinished(files: Files) -> list[Path]:
    """Return what lies where files are put together."""
    folder = files.folder / "home" / ".incoming"
    return list(folder.iterdir()) if folder.exists() else []


def memory_of(files: Files) -> int:
    """Return how much memory the process that answers holds."""
    assert files.archive.process is not None
    size: int = psutil.Process(files.archive.process.pid).memory_info().rss
    return size


def test_a_large_file_goes_in_and_out_in_little_memory(files: Files) -> None:
    before = memory_of(files)
    made = files.ask("PUT", f"{HOME}/large", data=(PIECE for _ in range(LARGE // len(PIECE))))
    assert made.status_code == 201, made.text
    most, size = memory_of(files), 0
    with files.ask("GET", f"{HOME}/large", stream=True) as answer:
        for piece in answer.iter_content(len(PIECE)):
            size += len(piece)
            most = max(most, memory_of(files))
    assert size == LARGE
    assert most - before < LARGE / 4


def test_a_file_that_does_not_fit_is_refused_before_its_bytes(files: Files) -> None:
    host, port = files.archive.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = (
            f"PUT {PREFIX}/files/{HOME}/large HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {files.token}\r\n"
            f"Content-Length: {LIMIT + 1}\r\nExpect: 100-continue\r\n\r\n"
        )
        connection.sendall(head.encode())
        answer = connection.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 413"), answer
    assert files.names(HOME) == []


def test_a_full_home_says_how_full_and_keeps_nothing(files: Files) -> None:
    with open(files.home / "there", "wb") as file:
        file.truncate(LIMIT - 5_000_000)
    for content in (b"x" * 5_000_001, iter([b"x" * 5_000_001])):
        refused = files.ask("PUT", f"{HOME}/more", data=content)
        assert refused.status_code == 413, refused.text
        assert refused.json()["slug"] == "quota"
        assert "314,572,800 bytes" in refused.json()["detail"]
    twice = files.act(f"{HOME}/there", "copy", to=f"{HOME}/twice")
    assert (twice.status_code, twice.json()["slug"]) == (413, "quota")
    assert files.names(HOME) == ["there"]
    assert unfinished(files) == []
    (files.home / "there").unlink()
    assert files.ask("PUT", f"{HOME}/more", data=b"x" * 5_000_001).status_code == 201


def test_an_upload_that_breaks_off_leaves_nothing_and_the_file_before_it(files: Files) -> None:
    files.ask("PUT", f"{HOME}/a", data=b"whole")
    host, port = files.archive.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = (
            f"PUT {PREFIX}/files/{HOME}/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {files.token}\r\n"
            f"Content-Length: {10 * len(PIECE)}\r\n\r\n"
        )
        connection.sendall(head.encode() + 3 * PIECE)
        assert files.archive.wait_for(lambda: len(unfinished(files)) == 1)
    assert files.archive.wait_for(lambda: unfinished(files) == [])
    assert files.ask("GET", f"{HOME}/a").content == b"whole"
    assert files.names(HOME) == ["a"]


def test_a_download_that_breaks_off_closes_the_file(files: Files) -> None:
    with open(files.home / "large", "wb") as file:
        file.truncate(LARGE)
    assert files.archive.process is not None
    process = psutil.Process(files.archive.process.pid)
    with files.ask("GET", f"{HOME}/large", stream=True) as answer:
        next(answer.iter_content(1024))
    assert files.archive.wait_for(lambda: not any("large" in file.path for file in process.open_files()))


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, sky: Path, users: FakeHub) -> None:
    folder = tmp_path / "vospace"
    folder.mkdir()
    with small_disk(folder), running_archive(tmp_path, sky, users.api_url, filesDir=str(folder)) as archive:
        files = Files(archive, folder, "token-of-researcher")
        assert files.ask("PUT", f"{HOME}/small", data=b"x" * 1_200_000).status_code == 201
        refused = files.ask("PUT", f"{HOME}/large", data=b"x" * 5_000_000)
        assert (refused.status_code, refused.json()["slug"]) == (507, "storage-full")
        assert refused.json()["detail"] == (
            "The disk of the archive is full, so home/researcher/large was not kept; tell the operator."
        )
        assert files.act(f"{HOME}/small", "copy", to=f"{HOME}/b").status_code == 200
        assert files.act(f"{HOME}/small", "copy", to=f"{HOME}/c").status_code == 200
        assert files.act(f"{HOME}/small", "copy", to=f"{HOME}/d").status_code == 507
        assert files.names(HOME) == ["b", "c", "small"]
        assert unfinished(files) == []


def test_an_archive_without_a_folder_for_files_says_so(tmp_path: Path, sky: Path, users: FakeHub) -> None:
    with running_archive(tmp_path, sky, users.api_url) as archive:
        answer = requests.get(f"{archive.base}{PREFIX}/files/", timeout=30)
        assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")
        assert "keeps no files" in answer.json()["detail"]
