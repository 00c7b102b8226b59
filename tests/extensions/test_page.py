"""The page's part without a page: its pure modules under node's test runner, and who may speak HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).parents[2] / "extensions"
BIN = Path(sys.executable).parent


def _run(*command: str, folder: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        command, cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=560
    )


def _install(folder: Path) -> None:
    if not (folder / "node_modules" / ".package-lock.json").exists():
        result = _run("npm", "ci", folder=folder)
        assert result.returncode == 0, result.stderr


def test_the_pure_modules_do_what_they_say() -> None:
    _install(EXTENSIONS)
    result = _run("npm", "--silent", "test", folder=EXTENSIONS)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("place", ["index.ts", "query/model.ts"])
def test_the_linter_lets_only_api_ts_speak_http(place: str) -> None:
    _install(EXTENSIONS)
    _install(EXTENSIONS / "lint")
    source = (
        "// Asks the server by itself.\n"
        "import { ServerConnection } from '@jupyterlab/services';\n"
        "void fetch(ServerConnection.makeSettings().baseUrl);\n"
    )
    result = _run(
        str(EXTENSIONS / "lint" / "node_modules" / ".bin" / "eslint"),
        *("--config", "lint/eslint.config.js", "--stdin", "--stdin-filename", f"src/{place}"),
        folder=EXTENSIONS,
        text=source,
    )
    assert result.returncode == 1, result.stderr
    assert "no-restricted-imports" in result.stdout
    assert "no-restricted-globals" in result.stdout
