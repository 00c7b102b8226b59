"""`test`: set up what the tests need and run them."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from ..errors import LauncherError
from ..node import node_program
from ..place import Place, locate
from ..setup.debian import missing_packages
from ..setup.plan import prepare_tests
from ..terminal import Terminal
from ..variables import for_tools

__all__ = ["areas", "run"]

#: Areas that `test` leaves out unless they are named: they need more than one machine gives.
_APART = frozenset({"cluster"})
_NO_AREAS = frozenset({"support", "data"})


def run(arguments: argparse.Namespace) -> int:
    """Run pytest over all areas or one of them, and return its exit code."""
    terminal = Terminal()
    place, sentence = locate(arguments.data)
    folders = _folders(place.clone / "tests", arguments.only)
    if sentence:
        terminal.say(sentence)
    prepare_tests(place, terminal)
    for package, consequence in missing_packages(terminal).items():
        terminal.say(f"  {package} is not installed, so these are skipped: {consequence}")
    terminal.say(f"Tests begin after {terminal.elapsed():.1f} s")
    dev = place.environment("dev")
    command = [dev / "bin" / "python", "-m", "pytest", *folders, *arguments.words]
    return subprocess.run(command, cwd=place.clone, env=_variables(place, dev), check=False).returncode


def areas(tests: Path) -> list[str]:
    """Return the names of the areas: the folders of tests that hold tests."""
    return sorted(
        folder.name for folder in tests.iterdir() if folder.is_dir() and any(folder.rglob("test_*.py"))
    )


def _folders(tests: Path, only: str | None) -> list[Path]:
    known = areas(tests)
    if only is None:
        return [tests / area for area in known if area not in _APART | _NO_AREAS]
    if only not in known:
        raise LauncherError(f"There is no area {only!r} of tests; there are: {', '.join(known)}.")
    return [tests / only]


def _variables(place: Place, dev: Path) -> dict[str, str]:
    node = node_program(place.environment("hub")).parent
    more = {"ASTROHUB_ENVIRONMENTS": str(place.environments), "ASTROHUB_PUBLIC_DATA": str(place.public)}
    return for_tools(dev / "bin", node, more=more)
