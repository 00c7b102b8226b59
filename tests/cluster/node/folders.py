"""Folders that programs of the node write into whatever they are told: the node sees its own."""

from __future__ import annotations

from pathlib import Path

from ..places import STATE
from ..programs import run

__all__ = ["hide_folders", "remove_mount_points"]

_OWN = (
    "/etc/cni",
    "/run/containerd",
    "/run/kubernetes",
    "/run/netns",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log",
)
_MADE = STATE / "mount-points-made"


def hide_folders(inside: list[str]) -> None:
    """Lay an own, empty folder over each of them, for the node alone."""
    missing = [folder for folder in _OWN if not Path(folder).exists()]
    _MADE.write_text("\n".join(missing), encoding="utf-8")
    for folder in _OWN:
        own = STATE / "own" / folder.strip("/").replace("/", "-")
        own.mkdir(parents=True, exist_ok=True)
        Path(folder).mkdir(parents=True, exist_ok=True)
        run([*inside, "mount", "--bind", str(own), folder])


def remove_mount_points() -> None:
    """Remove the empty folders that were made to be covered."""
    if not _MADE.exists():
        return
    for name in _MADE.read_text(encoding="utf-8").splitlines():
        folder = Path(name)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
