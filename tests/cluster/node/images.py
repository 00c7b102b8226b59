"""Puts images from tars onto the node."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..programs import run
from .settings_files import CONTAINERD_SOCKET

__all__ = ["load_images"]


def load_images(inside: list[str], archives: Iterable[Path]) -> None:
    """Load images, one after the other: each keeps a core busy."""
    client = [*inside, "ctr", "--address", str(CONTAINERD_SOCKET), "--namespace", "k8s.io"]
    for archive in archives:
        run([*client, "images", "import", archive])
