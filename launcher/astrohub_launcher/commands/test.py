"""`test`: set up what the tests need and run them."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from ..errors import LauncherError
from ..place import Place, locate
from ..setup.debian import missing_packages
from ..setup.plan import prepare_tests
from ..terminal import Terminal
from ..variables import for_tools

__all__ = ["areas", "run"]

#: Areas that `test` leaves out unless they are named: they need more than one machine gives.
_APART = frozenset({"cluster"})
#: Area -> a module that makes what its tests start from: it takes longer than one test may.
_MADE_BEFORE = {"cluster": ("tests.cluster", "make")}


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
    dev = place.environment("dev")
    python, variables = dev / "bin" / "python", _variables(place, dev)
    if words := _MADE_BEFORE.get(arguments.only or ""):
        made = subprocess.run([python, "-m", *words], cwd=place.clone, env=variables, check=False)
        if made.returncode:
            return made.returncode
    terminal.say(f"Tests begin after {terminal.elapsed():.1f} s")
    command = [python, "-m", "pytest", *folders, *arguments.words]
    return subprocess.run(command, cwd=place.clone, env=variables, check=False).returncode


def areas(tests: Path) -> list[str]:
    """Return the names of the areas: the folders of tests that hold tests."""
    return sorted(
        folder.name for folder in tests.iterdir() if folder.is_dir() and any(folder.rglob("test_*.py"))
    )


def _folders(tests: Path, only: str | None) -> list[Path]:
    known = areas(tests)
    if only is None:
        return [tests / area for area in known if area not in _APART]
    if only not in known:
        raise LauncherError(f"There is no area {only!r} of tests; there are: {', '.join(known)}.")
    return [tests / only]


def _variables(place: Place, dev: Path) -> dict[str, str]:
    more = {"ASTROHUB_ENVIRONMENTS": str(place.environments)}
    return for_tools(dev / "bin", more=more)
