"""Files of the archive from a notebook and a terminal."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import astrohub
import pytest
from astrohub.cli import main


class FakeFiles:
    """Keeps files in memory, and pages its folders by two."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {"home/ann/a.csv": b"1,2\n", "home/ann/b": b"", "public/p é": b"public"}
        self.break_off = False
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def folder(self, path: str, after: str) -> dict[str, object]:
        """Describe a folder."""
        inside = f"{path}/" if path else ""
        names = sorted({key[len(inside) :].split("/")[0] for key in self.kept if key.startswith(inside)})
        names = [name for name in names if name > after]
        entries = [
            {
                "name": name,
                "kind": "file" if inside + name in self.kept else "folder",
                "size": len(self.kept.get(inside + name, b"")),
                "modified": "2026-11-21T12:00:00.000Z",
                "writable": True,
            }
            for name in names[:2]
        ]
        return {"path": path, "entries": entries, "next": names[1] if len(names) > 2 else None}


def _handler(files: FakeFiles) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, after = self._path()
            if path in files.kept:
                body = files.kept[path]
                self._answer(200, body, "application/octet-stream", {"Content-Disposition": "attachment"})
            elif path == "" or any(key.startswith(f"{path}/") for key in files.kept):
                self._answer(200, json.dumps(files.folder(path, after)).encode(), "application/json", {})
            else:
                self._refuse(404, f"There is no {path}.")

        def do_PUT(self) -> None:
            path, _ = self._path()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if path in files.kept and self.headers.get("If-None-Match") == "*":
                self._refuse(412, f"{path} is there already.")
            else:
                files.kept[path] = body
                self._answer(201, b"", "", {})

        def do_DELETE(self) -> None:
            path, _ = self._path()
            del files.kept[path]
            self._answer(204, b"", "", {})

        def _path(self) -> tuple[str, str]:
            parts = urlsplit(self.path)
            after = parse_qs(parts.query).get("after", [""])[0]
            return unquote(parts.path.removeprefix("/services/archive/files/")), after

        def _refuse(self, status: int, detail: str) -> None:
            body = json.dumps({"status": status, "title": "No", "detail": detail}).encode()
            self._answer(status, body, "application/problem+json", {})

        def _answer(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) + (5 if files.break_off else 0)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeFiles]:
    """An archive of files; the current folder is an empty one."""
    for name in ("ASTROHUB_INTERNAL_URL", "ASTROHUB_TOKEN_FILE", "ASTROHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    files = FakeFiles()
    monkeypatch.setenv("ASTROHUB_URL", f"http://127.0.0.1:{files.server.server_port}")
    monkeypatch.chdir(tmp_path)
    yield files
    files.server.shutdown()
    files.server.server_close()


def test_a_home_is_listed_over_all_its_pages(kept: FakeFiles) -> None:
    kept.kept["home/ann/c/d"] = b""
    entries = astrohub.files.list()
    assert [(entry.path, entry.kind, entry.size) for entry in entries] == [
        ("/home/ann/a.csv", "file", 4),
        ("/home/ann/b", "file", 0),
        ("/home/ann/c", "folder", 0),
    ]
    assert [entry.path for entry in astrohub.files.list("c")] == ["/home/ann/c/d"]
    assert [entry.name for entry in astrohub.files.list("/")] == ["home", "public"]


def test_a_file_comes_and_goes_under_any_name(kept: FakeFiles) -> None:
    assert astrohub.files.get("/public/p é") == Path("p é")
    assert Path("p é").read_bytes() == b"public"
    assert astrohub.files.put("p é") == "/home/ann/p é"
    assert astrohub.files.put("p é", "c/") == "/home/ann/c/p é"
    assert kept.kept["home/ann/p é"] == kept.kept["home/ann/c/p é"] == b"public"
    astrohub.files.remove("p é")
    assert "home/ann/p é" not in kept.kept


def test_nothing_is_replaced_unless_that_is_said(kept: FakeFiles) -> None:
    Path("a.csv").write_bytes(b"mine")
    with pytest.raises(astrohub.RequestRefused, match="here already"):
        astrohub.files.get("a.csv")
    with pytest.raises(astrohub.RequestRefused, match="is there already"):
        astrohub.files.put("a.csv")
    astrohub.files.put("a.csv", replace=True)
    assert kept.kept["home/ann/a.csv"] == b"mine"
    kept.kept["home/ann/a.csv"] = b"theirs"
    astrohub.files.get("a.csv", replace=True)
    assert Path("a.csv").read_bytes() == b"theirs"


def test_a_file_that_breaks_off_leaves_nothing(kept: FakeFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.break_off = True
    with pytest.raises(astrohub.IncompleteResult):
        astrohub.files.get("/public/p é")
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: astrohub.files.get("missing"), "There is no home/ann/missing"),
        (lambda: astrohub.files.get("/public", "x"), "is a folder"),
        (lambda: astrohub.files.list("a.csv"), "is a file"),
        (lambda: astrohub.files.put("missing"), "missing cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(kept: FakeFiles, call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(astrohub.RequestRefused, match=sentence):
        call()
    assert list(Path().iterdir()) == []


def test_the_command_does_the_same(kept: FakeFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["files", "ls"]) == 0
    assert capsys.readouterr().out == "4  2026-11-21 12:00  a.csv\n0  2026-11-21 12:00  b\n"
    assert main(["files", "ls", "/"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "–  2026-11-21 12:00  home/"
    assert main(["files", "get", "a.csv", "here.csv"]) == 0
    assert main(["files", "put", "here.csv", "c/x"]) == 0
    assert capsys.readouterr().out == "here.csv\n/home/ann/c/x\n"
    assert main(["files", "put", "here.csv", "c/x"]) == 1
    assert capsys.readouterr().err == "home/ann/c/x is there already.\n"
    assert main(["files", "rm", "c/x"]) == 0
    assert "home/ann/c/x" not in kept.kept
