"""An archive that keeps files: homes of two users and a public folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from ...support.catalogs import synthetic_archive
from ...support.fake_hub import FakeHub
from ...support.running_archive import PREFIX, RunningArchive, running_archive

ACCESS = "access:services!service=archive"
READ, WRITE = "custom:files:read", "custom:files:write"


@dataclass(frozen=True)
class Files:
    """An archive's files as one caller reaches them, and where they are on disk."""

    archive: RunningArchive
    folder: Path
    token: str | None

    @property
    def home(self) -> Path:
        """The home of `researcher` on disk."""
        return self.folder / "home" / "researcher"

    @property
    def public(self) -> Path:
        """The public folder on disk."""
        return self.folder / "public"

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.archive.base}{PREFIX}/files/{quote(path)}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say who asks."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> requests.Response:
        """Send a request for a path."""
        sent = {**self.headers, **(headers or {})}
        return requests.request(method, self.url(path), headers=sent, timeout=60, **options)

    def act(self, path: str, action: str, **more: Any) -> requests.Response:
        """Send an action."""
        return self.ask("POST", path, json={"action": action, **more})

    def names(self, path: str) -> list[str]:
        """Return the names in a folder."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return [entry["name"] for entry in answer.json()["entries"]]

    def by(self, token: str | None) -> Files:
        """Return the same files for another caller."""
        return Files(self.archive, self.folder, token)


@pytest.fixture(scope="session")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small catalogue: an archive does not start without one."""
    with synthetic_archive(2_000) as made:
        yield made.public


@pytest.fixture(scope="session")
def users() -> Iterator[FakeHub]:
    """A hub that knows two users, a token that may only read, and one that may do neither."""
    with FakeHub() as hub:
        hub.give("token-of-researcher", "researcher", (ACCESS, READ, WRITE))
        hub.give("token-of-collaborator", "collaborator", (ACCESS, READ, WRITE))
        hub.give("token-that-reads", "researcher", (ACCESS, READ))
        hub.give("token-for-tables", "researcher", (ACCESS, "custom:archive:read"))
        hub.give("token-of-zoe", "zoë@example.org", (ACCESS, READ, WRITE))
        yield hub


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory, sky: Path, users: FakeHub
) -> Iterator[tuple[RunningArchive, Path]]:
    """The archive that the tests share, with little quota and small pages."""
    folder = tmp_path_factory.mktemp("files-archive")
    files = folder / "vospace"
    (files / "public").mkdir(parents=True)
    settings = {
        "filesDir": str(files),
        "publicFilesDir": str(files / "public"),
        "files": {"quotaBytes": 300 * 1024**2, "entries": 50},
    }
    with running_archive(folder, sky, users.api_url, **settings) as archive:
        yield archive, files


@pytest.fixture
def files(shared: tuple[RunningArchive, Path]) -> Iterator[Files]:
    """The files of `researcher`, none to begin with."""
    archive, folder = shared
    files = Files(archive, folder, "token-of-researcher")
    for top in (files.home, files.public):
        top.mkdir(parents=True, exist_ok=True)
    yield files
    for top in (files.home, files.public):
        _clear(top)


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
