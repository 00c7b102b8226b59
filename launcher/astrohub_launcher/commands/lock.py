"""`lock`: compile the locks anew."""

from __future__ import annotations

import argparse
import subprocess
import time

from ..errors import LauncherError
from ..place import locate
from ..setup.causes import explain
from ..setup.kit import Kit
from ..setup.members import LOCKS
from ..terminal import Terminal

__all__ = ["OPTIONS", "run"]

OPTIONS = (
    "--quiet",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--override",
    "requirements/overrides.in",
)


def run(arguments: argparse.Namespace) -> int:
    """Compile every lock from its members and its `.in` file; versions move only where they must."""
    place, _ = locate(arguments.data)
    terminal = Terminal()
    kit = Kit(place, terminal)
    kit.prepare()
    for plan in LOCKS:
        begin = time.monotonic()
        lock = f"requirements/{plan.name}.txt"
        upgrade = ["--upgrade"] if arguments.upgrade else []
        command = [
            str(kit.uv),
            "pip",
            "compile",
            *OPTIONS,
            *upgrade,
            *plan.options,
            *plan.sources,
            "-o",
            lock,
        ]
        result = subprocess.run(
            command, cwd=place.clone, env=kit.uv_variables(), capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            said = f"{result.stdout}{result.stderr}"
            raise LauncherError(
                f"{lock} could not be compiled: {explain(said, result.returncode)}.", said.splitlines()[-12:]
            )
        terminal.done(lock, time.monotonic() - begin)
    return 0
