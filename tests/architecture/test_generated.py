"""Contracts that cross from one place to another are generated, and what is kept of them is fresh."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT, kept_files, read

#: Kept file -> the Python module and arguments that print it.
CONTRACTS = {
    Path("docs/reference/hub_settings_generated.json"): ("astrohub_hub.settings", "--schema"),
    Path("services/archive/settings_schema_generated.json"): ("astrohub_archive.settings", "--schema"),
    Path("services/notebooks/settings_schema_generated.json"): ("astrohub_notebooks.settings", "--schema"),
    Path("docs/reference/nbtester_settings_generated.json"): ("nbtester.settings", "--schema"),
    Path("services/archive/openapi_generated.json"): ("astrohub_archive.openapi", "--print"),
}


def _stale(path: Path, arguments: tuple[str, ...], kept: str | None) -> str | None:
    made = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        return f"{path}: `python -m {' '.join(arguments)}` fails: {made.stderr[-300:]}"
    if made.stdout == kept:
        return None
    return f"{path} is stale: run `python -m {' '.join(arguments)} > {path}`"


@pytest.mark.parametrize("path", CONTRACTS, ids=str)
def test_a_generated_contract_is_fresh(path: Path) -> None:
    assert (ROOT / path).is_file(), f"{path} is missing: run `python -m {' '.join(CONTRACTS[path])} > {path}`"
    assert (fault := _stale(path, CONTRACTS[path], read(path))) is None, fault


def test_every_generated_file_is_made_by_a_known_command() -> None:
    unknown = [str(path) for path in kept_files() if "_generated" in path.name and path not in CONTRACTS]
    unknown = [name for name in unknown if not name.startswith("tests/")]
    assert not unknown, f"Say in CONTRACTS how these are made: {unknown}"


def test_a_stale_contract_is_found() -> None:
    path = Path("services/archive/settings_schema_generated.json")
    assert "stale" in (_stale(path, CONTRACTS[path], "{}") or "")
    assert "fails" in (_stale(path, ("astrohub_archive.no_such_module",), "{}") or "")
