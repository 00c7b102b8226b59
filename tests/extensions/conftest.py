"""A JupyterLab of its own with the extension in it, before a small archive."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ..support.ports import free_port
from .fake_archive import TOKEN, FakeArchive


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its own token, and the file with the archive's token."""

    url: str
    token: str
    token_file: Path
    log: Path

    @property
    def home(self) -> Path:
        """The folder that JupyterLab shows."""
        return self.log.parent / "home"

    @property
    def collection(self) -> Path:
        """The folder of the notebook collection."""
        return self.log.parent / "collection"

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask a route below `astrohub/` with Jupyter's token."""
        headers = {"Authorization": f"token {self.token}", **options.pop("headers", {})}
        url = f"{self.url}/astrohub/{path}"
        return httpx.request(method, url, headers=headers, timeout=60, **options)

    @property
    def query_url(self) -> str:
        """The route of the Query tab."""
        return f"{self.url}/astrohub/query"

    def ask(self, query: str, maxrec: int = 1000) -> httpx.Response:
        """Send a query as the page does, but with Jupyter's token instead of a cookie."""
        return httpx.post(
            self.query_url,
            json={"query": query, "maxrec": maxrec, "id": "a-query"},
            headers={"Authorization": f"token {self.token}"},
            timeout=60,
        )


@pytest.fixture(scope="session")
def archive() -> Iterator[FakeArchive]:
    """An archive that does what the words of a query ask for."""
    with FakeArchive(port=free_port()) as running:
        yield running


@pytest.fixture(scope="session")
def running_lab(archive: FakeArchive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    for name in ("home", "collection"):
        (folder / name).mkdir()
    port = free_port()
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(8), folder / "token", folder / "lab.log")
    with lab.log.open("wb") as log:
        process = subprocess.Popen(
            _command(port, lab.token, folder), env=_environment(folder, archive, lab), stdout=log, stderr=log
        )
    try:
        _wait_until_it_answers(lab, process)
        yield lab
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def lab(running_lab: Lab, archive: FakeArchive) -> Lab:
    """The running JupyterLab, with the right token in its file and nothing asked yet."""
    running_lab.token_file.write_text(TOKEN + "\n")
    archive.requests.clear()
    archive.left.clear()
    archive.thinking.clear()
    archive.arriving.clear()
    return running_lab


def _command(port: int, token: str, folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder / 'home'}"),
        f"--IdentityProvider.token={token}",
    ]


def _environment(folder: Path, archive: FakeArchive, lab: Lab) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "ASTROHUB_INTERNAL_URL": archive.url,
        "ASTROHUB_TOKEN_FILE": str(lab.token_file),
        "ASTROHUB_NOTEBOOKS": str(folder / "collection"),
    }


def _wait_until_it_answers(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{lab.url}/api", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"JupyterLab did not start:\n{lab.log.read_text()}")
