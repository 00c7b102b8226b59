"""Every example in the guides does what the guide says: queries, notebooks' cells, commands."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from .examples import ROOT, Example, examples_in

PAGES = ("README.md", "docs/guide/user/index.md")
USUAL_ADDRESS = "http://127.0.0.1:8000"
CELLS = [example for page in PAGES for example in examples_in(page, "python")]
COMMANDS = [example for page in PAGES for example in examples_in(page, "sh")]
QUERIES = [example for page in PAGES for example in examples_in(page, "sql")]


@pytest.fixture
def reader(platform: Any, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Return the folder and the environment of somebody who follows the guide, token in hand."""
    token = tmp_path / "token"
    token.write_text(platform.token("researcher"))
    token.chmod(0o600)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(tmp_path),
        "ASTROHUB_URL": platform.url,
        "ASTROHUB_INTERNAL_URL": platform.url,
        "ASTROHUB_TOKEN_FILE": str(token),
    }
    return tmp_path, environment


def _followed(
    command: list[str], example: Example, platform: Any, reader: tuple[Path, dict[str, str]]
) -> str:
    folder, environment = reader
    text = example.text.replace(USUAL_ADDRESS, platform.url)
    result = subprocess.run(
        [*command, text], cwd=folder, env=environment, capture_output=True, text=True, timeout=400
    )
    assert result.returncode == 0, f"{example}:\n{result.stdout}\n{result.stderr}"
    return result.stdout


def test_the_guides_hold_examples_of_every_kind() -> None:
    assert CELLS
    assert COMMANDS
    assert QUERIES


@pytest.mark.parametrize("example", CELLS, ids=str)
def test_a_cell_is_python(example: Example) -> None:
    assert ast.parse(example.text).body


@pytest.mark.parametrize("example", QUERIES, ids=str)
def test_a_query_is_answered_with_rows(platform: Any, example: Example) -> None:
    form = {"LANG": "ADQL", "QUERY": example.text, "RESPONSEFORMAT": "csv", "MAXREC": "5"}
    answer = requests.post(f"{platform.url}/services/archive/tap/sync", data=form, timeout=60)
    assert answer.status_code == 200, answer.text
    assert len(answer.text.splitlines()) > 1


@pytest.mark.parametrize("example", CELLS, ids=str)
def test_a_cell_runs(example: Example, platform: Any, reader: tuple[Path, dict[str, str]]) -> None:
    said = _followed([sys.executable, "-c"], example, platform, reader)
    assert bool(said) == ("print(" in example.text)


@pytest.mark.parametrize("example", COMMANDS, ids=str)
def test_a_command_runs_and_says_something(
    example: Example, platform: Any, reader: tuple[Path, dict[str, str]]
) -> None:
    assert _followed(["bash", "-euo", "pipefail", "-c"], example, platform, reader).strip()


def test_the_pages_exist() -> None:
    assert all((ROOT / page).is_file() for page in PAGES)
