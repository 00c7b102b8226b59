"""The files that the project keeps, as the rules see them."""

from __future__ import annotations

import ast
import functools
import subprocess
from pathlib import Path

__all__ = ["MEMBERS", "ROOT", "is_generated", "is_test", "kept_files", "members_that_stand", "parse", "read"]

ROOT = Path(__file__).resolve().parents[2]

#: Folder of the workspace -> the one import package that it holds.
MEMBERS = {
    "hub": "astrohub_hub",
    "services/archive": "astrohub_archive",
    "services/notebooks": "astrohub_notebooks",
    "extensions": "astrohub_lab",
    "kernels": "astrohub",
    "nbtester": "nbtester",
    "launcher": "astrohub_launcher",
}


@functools.cache
def _listing() -> tuple[Path, ...]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return tuple(sorted({Path(name) for name in names if name and (ROOT / name).is_file()}))


def kept_files(*suffixes: str, under: tuple[str, ...] = ()) -> list[Path]:
    """List what git keeps or would keep, relative to the root; of some suffixes, under some folders."""
    return [
        path
        for path in _listing()
        if (not suffixes or path.suffix in suffixes)
        and (not under or any(path.is_relative_to(folder) for folder in under))
    ]


def members_that_stand() -> list[Path]:
    """List the import packages of the workspace, relative to the root."""
    return [Path(folder) / package for folder, package in MEMBERS.items()]


def read(path: Path) -> str | None:
    """Return the text of a kept file, or None for one that is not text or not there."""
    if not (ROOT / path).is_file():
        return None
    content = (ROOT / path).read_bytes()
    if b"\0" in content[:8192]:
        return None
    return content.decode("utf-8", errors="replace")


def parse(text: str) -> ast.Module:
    """Parse Python source."""
    return ast.parse(text)


def is_generated(path: Path) -> bool:
    """Say whether a file is written by a program, which its name then says."""
    return "_generated" in path.name or path.name == "package-lock.json"


def is_test(path: Path) -> bool:
    """Say whether a file belongs to the tests."""
    return path.parts[0] == "tests" or "tests" in path.parts or path.name.endswith((".spec.ts", ".test.ts"))
