"""Packages of the operating system that the tests want."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from ..terminal import Terminal

__all__ = ["WANTED", "missing_packages"]

#: Package (its program has the same name) -> the tests that need it.
WANTED = {
    "chromium": "tests in a browser",
    "stilts": "tests with STILTS",
}


def missing_packages(terminal: Terminal) -> dict[str, str]:
    """Return which packages are missing and what that means; root on Debian first installs them."""
    missing = _missing()
    if missing and os.getuid() == 0 and shutil.which("apt-get"):
        begin = time.monotonic()
        terminal.begin(f"apt-get install {' '.join(missing)}")
        variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "--no-install-recommends", *missing],
        ):
            subprocess.run(
                command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
            )
        terminal.done(f"apt-get install {' '.join(missing)}", time.monotonic() - begin)
        missing = _missing()
    return missing


def _missing() -> dict[str, str]:
    return {name: tests for name, tests in WANTED.items() if shutil.which(name) is None}
