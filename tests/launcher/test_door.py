"""The door finds a Python, or says what is missing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ..support.door import CLONE, run_door
from ..support.small_clone import SmallClone, small_clone


def _old_python(folder: Path, version: str) -> Path:
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    return program


def _sandboxed(folder: Path, door: Path) -> subprocess.CompletedProcess[str]:
    """Run a door in which no Python of this machine can be found."""
    text = (
        door.read_text()
        .replace("/usr/bin/python3", "/nowhere/python3")
        .replace("/usr/local/bin/", "/nowhere/")
    )
    copy = folder / "astrohub"
    copy.write_text(text)
    copy.chmod(0o755)
    for program in ("readlink", "dirname"):
        (folder / program).symlink_to(f"/usr/bin/{program}")
    return subprocess.run(
        ["/bin/sh", str(copy), "status"],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_named_in_one_sentence(tmp_path: Path) -> None:
    _old_python(tmp_path, "3.9")
    result = _sandboxed(tmp_path, CLONE / "astrohub")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer, but only an older one was found (python3 is 3.9)" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_no_python_at_all_is_said_in_one_sentence(tmp_path: Path) -> None:
    result = _sandboxed(tmp_path, CLONE / "astrohub")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer, but none was found" in result.stderr


def test_the_door_passes_by_an_old_python_to_a_newer_one(clone: SmallClone, tmp_path: Path) -> None:
    _old_python(tmp_path, "3.9")
    result = run_door(
        "status",
        "--data",
        clone.data,
        clone=clone.clone,
        env=clone.variables() | {"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    assert result.returncode == 3
    assert "is not running" in result.stderr


def test_the_door_opens_from_anywhere_through_a_link(clone: SmallClone, tmp_path: Path) -> None:
    link = tmp_path / "hub-here"
    link.symlink_to(clone.clone / "astrohub")
    result = subprocess.run(
        [str(link), "status", "--data", str(clone.data)],
        cwd=tmp_path,
        env=clone.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is not running" in result.stderr


def test_a_module_in_the_current_folder_is_not_taken_for_pythons_own(
    clone: SmallClone, tmp_path: Path
) -> None:
    (tmp_path / "argparse.py").write_text("raise SystemExit('taken')\n")
    result = subprocess.run(
        [str(clone.clone / "astrohub"), "--help"],
        cwd=tmp_path,
        env=clone.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "set up what is missing" in result.stdout


@pytest.mark.parametrize("name", ["my clone", "Caf\u00e9 d'Orion"])
def test_a_clone_path_with_spaces_and_accents_comes_up(name: str) -> None:
    with small_clone(name) as made:
        result = made.up()
        assert result.returncode == 0, result.stderr
        assert f"http://127.0.0.1:{made.port}" in result.stdout


def test_an_unknown_command_says_which_there_are() -> None:
    result = run_door("upp", env={"PATH": os.defpath})
    assert result.returncode == 2
    assert "invalid choice" in result.stderr
