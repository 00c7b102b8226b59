"""What is installed is locked by version and digest, and no lock says from where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from . import locks
from .tree import ROOT, kept_files, read

LOCKS = [path for path in kept_files(".txt") if path.parts[0] == "requirements"]
NPM_LOCKS = [path for path in kept_files(".json") if path.name == "package-lock.json"]


@pytest.mark.parametrize("path", LOCKS, ids=str)
def test_a_python_lock_holds_versions_and_digests(path: Path) -> None:
    faults = locks.python_lock_faults(path, read(path) or "")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", NPM_LOCKS, ids=str)
def test_an_npm_lock_holds_versions_and_digests(path: Path) -> None:
    faults = locks.npm_lock_faults(path, read(path) or "")
    assert not faults, "\n".join(faults)


def test_every_place_of_installation_is_locked() -> None:
    assert {path.stem for path in LOCKS} >= {"hub", "archive", "lab", "dev"}


@pytest.mark.parametrize("path", LOCKS, ids=str)
def test_every_lock_holds_the_build_backend(path: Path) -> None:
    text = "\n" + (read(path) or "")
    assert "\nhatchling==" in text, f"{path}: editable installs are made without isolation and need hatchling"
    assert "\neditables==" in text, f"{path}: editable installs are made without isolation and need editables"


def test_no_lock_holds_what_is_left_out() -> None:
    lines = (read(Path("requirements/overrides.in")) or "").splitlines()
    left_out = [line.split()[0] for line in lines if 'python_version < "0"' in line]
    assert left_out
    held = [f"{path}: {name}" for path in LOCKS for name in left_out if f"\n{name}==" in (read(path) or "")]
    assert not held, f"Compile the locks again with ./astrohub lock: {held}"


def test_every_package_json_has_its_lock() -> None:
    manifests = [p for p in kept_files(".json") if p.name == "package.json"]
    missing = [str(p) for p in manifests if not (ROOT / p).with_name("package-lock.json").is_file()]
    assert not missing, f"Lock these with `npm install --package-lock-only`: {missing}"


@pytest.mark.parametrize(
    "entry", ["numpy==2.0\n", "numpy>=2 \\\n    --hash=sha256:00\n", "numpy @ https://somewhere.net/n.whl\n"]
)
def test_a_loose_python_requirement_is_found(entry: str) -> None:
    assert locks.python_lock_faults(Path("a.txt"), entry)
    assert not locks.python_lock_faults(
        Path("a.txt"), "numpy==2.0 ; x \\\n    --hash=sha256:00\n    # via a\n"
    )


@pytest.mark.parametrize(
    "entry",
    [{"version": "1"}, {"version": "1", "integrity": "sha512-0", "resolved": "https://somewhere.net/a.tgz"}],
)
def test_a_loose_npm_package_is_found(entry: dict[str, str]) -> None:
    assert locks.npm_lock_faults(Path("a"), json.dumps({"packages": {"": {}, "node_modules/a": entry}}))
