"""The checkers that judge the source: strict mypy and ruff."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT, members_that_stand


def _run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, input=text, capture_output=True, text=True, timeout=560
    )


def test_mypy_strict_finds_nothing_in_the_members() -> None:
    result = _run("mypy", "--no-error-summary", *map(str, members_that_stand()))
    assert result.returncode == 0, f"Add or mend the types:\n{result.stdout}{result.stderr}"


def test_mypy_refuses_an_untyped_function(tmp_path: Path) -> None:
    module = tmp_path / "untyped.py"
    module.write_text('"""Untyped."""\ndef f(x):\n    return x\n')
    result = _run("mypy", "--config-file", str(ROOT / "pyproject.toml"), str(module))
    assert "no-untyped-def" in result.stdout


def test_ruff_finds_nothing() -> None:
    result = _run("ruff", "check", "--quiet", "--output-format", "concise", ".")
    assert result.returncode == 0, f"Mend these, or run `ruff check --fix`:\n{result.stdout}"


def test_everything_is_formatted_by_ruff() -> None:
    result = _run("ruff", "format", "--check", "--quiet", "--output-format", "concise", ".")
    assert result.returncode == 0, f"Run `ruff format`:\n{result.stdout}"


@pytest.mark.parametrize("line", ["import os", "print('x')", "try:\n    f()\nexcept Exception:\n    g()"])
def test_ruff_refuses_bad_source(line: str) -> None:
    result = _run("ruff", "check", "--quiet", "--stdin-filename", "hub/bad.py", "-", text=line + "\n")
    assert result.returncode != 0


def test_ruff_refuses_unformatted_source() -> None:
    result = _run("ruff", "format", "--check", "--stdin-filename", "hub/bad.py", "-", text="x=  1\n")
    assert result.returncode != 0
