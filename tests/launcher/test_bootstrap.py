"""uv on a machine that has nothing: by pip, or as a pinned wheel from the index that the machine knows."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import json
import os
import platform
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from astrohub_launcher.errors import LauncherError
from astrohub_launcher.setup import bootstrap
from astrohub_launcher.setup.index import find_index, named_index
from astrohub_launcher.setup.wheel import Pin, fetch_program

from ..support.small_clone import SmallClone

FILENAME = "uv-1-py3-none-any.whl"


@functools.cache  # a zip archive holds the time of its making
def _wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr("uv-1.data/scripts/uv", b"#!/bin/sh\necho uv\n")
    return content.getvalue()


@contextmanager
def _index(*, as_json: bool) -> Iterator[tuple[str, list[str | None]]]:
    """Serve one wheel as a package index would; also return the Authorization headers that it saw."""
    seen: list[str | None] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            if self.path == "/simple/uv/" and as_json:
                files = [{"filename": FILENAME, "url": f"../../files/{FILENAME}"}]
                self._say("application/vnd.pypi.simple.v1+json", json.dumps({"files": files}).encode())
            elif self.path == "/simple/uv/":
                self._say("text/html", f'<a href="../../files/{FILENAME}#sha256=0">{FILENAME}</a>'.encode())
            elif self.path == f"/files/{FILENAME}":
                self._say("application/zip", _wheel())
            else:
                self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _say(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}/simple", seen
        server.shutdown()


def _pin(sha256: str | None = None) -> Pin:
    return Pin("uv", FILENAME, sha256 or hashlib.sha256(_wheel()).hexdigest())


@pytest.mark.parametrize("as_json", [True, False])
def test_the_pinned_wheel_is_found_in_both_forms_of_an_index(as_json: bool) -> None:
    with _index(as_json=as_json) as (address, seen):
        assert fetch_program(_pin(), "uv", f"http://{address}", {}) == b"#!/bin/sh\necho uv\n"
    assert seen == [None, None]


def test_a_name_and_a_password_go_into_a_header_and_not_to_another_host() -> None:
    with _index(as_json=True) as (address, seen):
        fetch_program(_pin(), "uv", f"http://me:secret@{address}", {})
    assert seen[0] == "Basic bWU6c2VjcmV0"


def test_another_file_than_the_pinned_one_is_refused() -> None:
    with _index(as_json=True) as (address, _), pytest.raises(LauncherError, match="its SHA-256 differs"):
        fetch_program(_pin("0" * 64), "uv", f"http://{address}", {})


def test_an_index_without_the_wheel_is_named() -> None:
    pin = Pin("uv", "uv-2-py3-none-any.whl", "0" * 64)
    with _index(as_json=True) as (address, _), pytest.raises(LauncherError, match="does not have uv-2"):
        fetch_program(pin, "uv", f"http://{address}", {})


def test_an_index_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(LauncherError, match=r"127\.0\.0\.1:1 cannot be reached") as caught:
        fetch_program(_pin(), "uv", "http://me:secret@127.0.0.1:1/simple", {})
    assert "secret" not in str(caught.value)


def test_the_index_is_taken_from_the_strongest_setting(tmp_path: Path) -> None:
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = https://file.example/simple\n"
    )
    settings = {"HOME": str(tmp_path)}
    assert named_index(settings) == "https://file.example/simple"
    settings["PIP_INDEX_URL"] = "https://pip.example/simple"
    assert named_index(settings) == "https://pip.example/simple"
    settings["UV_DEFAULT_INDEX"] = "https://uv.example/simple"
    assert named_index(settings) == "https://uv.example/simple"
    settings["ASTROHUB_PACKAGE_INDEX"] = "https://own.example/simple"
    assert find_index(settings) == "https://own.example/simple"


def test_a_python_that_knows_no_index_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distutils", None)
    monkeypatch.setitem(sys.modules, "distutils.config", None)
    if named_index({"HOME": str(tmp_path)}):
        pytest.skip("this machine names an index in /etc, so that one is found")
    with pytest.raises(LauncherError, match=r"set ASTROHUB_PACKAGE_INDEX, or install pip"):
        bootstrap.by_wheel(tmp_path, {"HOME": str(tmp_path)})


def test_every_pin_is_one_of_the_version() -> None:
    assert {pin.filename.split("-")[1] for pin in bootstrap.PINS.values()} == {bootstrap.VERSION}
    assert all(len(pin.sha256) == 64 for pin in bootstrap.PINS.values())


def _can_reach_the_index() -> bool:
    with_pip = [sys.executable, "-m", "pip", "--version"]
    return subprocess.run(with_pip, capture_output=True, check=False).returncode == 0 or bool(
        find_index(os.environ)
    )


@pytest.mark.parametrize("way", ["by_pip", "by_wheel"])
def test_a_bare_python_fetches_a_uv_that_runs(way: str, tmp_path: Path, clone: SmallClone) -> None:
    """Nothing on PATH but the system's own programs, and none of this process's modules."""
    if (platform.system(), platform.machine()) not in bootstrap.PINS:
        pytest.skip(f"no uv is pinned for {platform.machine()}")
    code = (
        "import os, pathlib, sys; sys.path.insert(0, sys.argv[1]); "
        "from astrohub_launcher.setup import bootstrap; "
        f"print(bootstrap.{way}(pathlib.Path(sys.argv[2]), os.environ))"
    )
    kept = (
        "SSL_CERT_FILE",
        "PIP_CERT",
        "PIP_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "ASTROHUB_PACKAGE_INDEX",
        "HTTPS_PROXY",
    )
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables |= {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = ["/usr/bin/python3", "-I", "-c", code, str(clone.clone / "launcher"), str(tmp_path / "cache")]
    result = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=200)
    if "cannot be reached" in result.stderr or "Nothing on this machine tells" in result.stderr:
        pytest.skip(f"no package index from here: {result.stderr.strip().splitlines()[-1]}")
    assert result.returncode == 0, result.stderr
    said = subprocess.run([result.stdout.strip(), "--version"], capture_output=True, text=True, check=False)
    assert said.stdout.startswith(f"uv {bootstrap.VERSION}")


def test_no_network_on_the_first_up_is_told_in_one_sentence(clone: SmallClone) -> None:
    (clone.root / "workshop" / "bin" / "uv").unlink()
    nowhere = "http://127.0.0.1:1/simple"
    result = clone.up(
        ASTROHUB_PACKAGE_INDEX=nowhere,
        PIP_INDEX_URL=nowhere,
        PIP_RETRIES="0",
        PIP_NO_INDEX="0",
        PIP_FIND_LINKS="",
    )
    assert result.returncode == 1
    assert "uv, which installs everything else, is neither here nor could it be fetched" in result.stderr
    assert "127.0.0.1:1 cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_uv_that_is_too_old_is_passed_by(clone: SmallClone) -> None:
    old = clone.root / "workshop" / "bin" / "uv"
    kept = clone.root / "home" / ".cache" / "astrohub" / f"uv-{bootstrap.VERSION}" / "uv"
    kept.parent.mkdir(parents=True)
    old.rename(kept)
    old.write_text("#!/bin/sh\necho uv 0.4.1\n")
    old.chmod(0o755)
    result = clone.up()
    assert result.returncode == 0, result.stderr
    assert "uv (kept from before)" in result.stdout
