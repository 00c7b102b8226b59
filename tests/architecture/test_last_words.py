"""A test that fails shows the last lines of the programs behind it: continuous integration keeps no more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .tree import ROOT

CONFTEST = "from tests.conftest import pytest_runtest_makereport"
MODULE = """
from pathlib import Path
from types import SimpleNamespace
import pytest

@pytest.fixture(scope="module")
def service(tmp_path_factory):
    log = tmp_path_factory.mktemp("service") / "service.log"
    log.write_text("".join(f"line {number}\\n" for number in range(100)))
    return SimpleNamespace(log=log)

@pytest.fixture
def client(service):
    return "a client"

@pytest.fixture
def platform(tmp_path):
    (tmp_path / "logs" / "servers").mkdir(parents=True)
    (tmp_path / "logs" / "servers" / "ada.log").write_text("it cannot start\\n")
    return SimpleNamespace(data=tmp_path)

def test_that_fails(client, platform):
    assert client is None

def test_that_passes(client, platform):
    assert client
"""


def test_a_failure_shows_what_the_programs_behind_it_said_last(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_module.py").write_text(MODULE)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "--rootdir", ".", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    lines = [line.strip("- ") for line in run.stdout.splitlines()]
    assert [line for line in lines if line.startswith("line ")] == [f"line {n}" for n in range(75, 100)]
    assert lines[lines.index("Last words of service") + 1] == "line 75"
    assert lines[lines.index("Last words of platform: ada.log") + 1] == "it cannot start"
