"""A real hub for the tests that need one, and settings for those that do not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.settings import Settings

from .running_hub import ROOT, RunningHub

PROXY_PROGRAM = Path("node_modules/configurable-http-proxy/bin/configurable-http-proxy")


@pytest.fixture
def content(tmp_path: Path) -> dict[str, Any]:
    """The least that a settings file must say."""
    return {
        "publicUrl": "http://127.0.0.1:8000",
        "data": str(tmp_path / "data"),
        "proxy": {"authToken": "p" * 64},
        "labEnvironment": "/environments/lab",
        "services": {"archive": {"apiToken": "a" * 64}, "launcher": {"apiToken": "l" * 64}},
    }


@pytest.fixture
def settings(content: dict[str, Any]) -> Settings:
    """Settings with nothing but what must be said."""
    return Settings.model_validate(content)


@pytest.fixture(scope="session")
def proxy_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proxy as the launcher has installed it, else installed here from its lock."""
    prepared = os.environ.get("ASTROHUB_ENVIRONMENTS")
    if prepared:
        for found in Path(prepared).glob(f"*/{PROXY_PROGRAM}"):
            return found
    folder = tmp_path_factory.mktemp("proxy")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "hub" / "proxy" / name, folder)
    programs = f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}"
    subprocess.run(
        [shutil.which("npm", path=programs) or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env={**os.environ, "PATH": programs},
        check=True,
        capture_output=True,
    )
    return folder / PROXY_PROGRAM


@pytest.fixture(scope="module")
def make_hub(proxy_program: Path) -> Iterator[Callable[..., RunningHub]]:
    """Start hubs; each has its own data, where the unprivileged account can reach it."""
    started: list[tuple[RunningHub, Path]] = []

    def make(**overrides: Any) -> RunningHub:
        folder = Path(tempfile.mkdtemp(prefix="astrohub-hub-"))
        folder.chmod(0o755)
        hub = RunningHub(folder, proxy_program, overrides)
        started.append((hub, folder))
        hub.start()
        return hub

    yield make
    for hub, folder in started:
        hub.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def hub(make_hub: Callable[..., RunningHub]) -> RunningHub:
    """A hub as config/local describes it."""
    return make_hub()
