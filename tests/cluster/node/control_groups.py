"""The control group that all pods are in; both versions of control groups."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["NAME", "make_groups", "remove_groups"]

NAME = "astrohub-cluster"
_ROOT = Path("/sys/fs/cgroup")


def make_groups() -> None:
    """Make the group in every hierarchy; kubelet makes those of the pods below it."""
    for root in _hierarchies():
        (root / NAME).mkdir(exist_ok=True)
    if _is_unified():
        wanted = " ".join(f"+{name}" for name in (_ROOT / "cgroup.controllers").read_text().split())
        for folder in (_ROOT, _ROOT / NAME):
            with suppress(OSError):
                (folder / "cgroup.subtree_control").write_text(wanted)


def remove_groups() -> None:
    """Remove the group and those below it; no process is in them any more."""
    for root in _hierarchies():
        for folder, _, _ in os.walk(root / NAME, topdown=False):
            with suppress(FileNotFoundError):
                os.rmdir(folder)


def _is_unified() -> bool:
    return (_ROOT / "cgroup.controllers").exists()


def _hierarchies() -> list[Path]:
    if _is_unified():
        return [_ROOT]
    return sorted({child.resolve() for child in _ROOT.iterdir() if child.is_dir()})
