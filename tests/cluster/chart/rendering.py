"""The chart as Helm renders it, and the objects in that."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ..places import CLONE

__all__ = ["CHART", "KUBERNETES", "Render", "objects", "one", "rendered"]

CHART = CLONE / "helm" / "astrohub"
KUBERNETES = "1.34.0"
#: Renders the chart with options of helm; what helm refuses is a ValueError with what it said.
Render = Callable[..., str]


def rendered(helm: Path, *options: str | Path) -> str:
    """Render the chart.

    Raises
    ------
    ValueError
        When helm refuses, with what it said.
    """
    words = [
        helm,
        "template",
        "astrohub",
        CHART,
        "--namespace=there",
        f"--kube-version={KUBERNETES}",
        *options,
    ]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr)
    return done.stdout


def objects(text: str) -> list[dict[str, Any]]:
    """Return all objects of a rendered chart."""
    return [found for found in yaml.safe_load_all(text) if found]


def one(text: str, kind: str, name: str) -> dict[str, Any]:
    """Return the one object of a kind and name."""
    (found,) = [o for o in objects(text) if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found
