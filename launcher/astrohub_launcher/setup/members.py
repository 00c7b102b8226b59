"""The distributions of the workspace, and where each is installed."""

from __future__ import annotations

__all__ = ["ENVIRONMENTS", "LOCKS", "EnvironmentPlan", "LockPlan"]

from dataclasses import dataclass


@dataclass(frozen=True)
class EnvironmentPlan:
    """A virtual environment: its name is also its lock's; the folders of the members that it holds."""

    name: str
    title: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class LockPlan:
    """What a lock is compiled from, relative to the clone, and with which options."""

    name: str
    sources: tuple[str, ...]
    options: tuple[str, ...] = ()


ENVIRONMENTS = {
    plan.name: plan
    for plan in (
        EnvironmentPlan("hub", "Hub", ("hub",)),
        EnvironmentPlan("archive", "Archive", ("services/archive",)),
        EnvironmentPlan("lab", "User servers", ("extensions", "kernels")),
        EnvironmentPlan("dev", "Tests", ("hub", "services/archive", "extensions", "kernels", "launcher")),
    )
}

_SAMPLE_DATA = ("--extra", "sample-data")

LOCKS = (
    LockPlan("hub", ("hub/pyproject.toml", "requirements/hub.in")),
    LockPlan("archive", ("services/archive/pyproject.toml", "requirements/archive.in"), _SAMPLE_DATA),
    LockPlan("lab", ("extensions/pyproject.toml", "kernels/pyproject.toml", "requirements/lab.in")),
    LockPlan(
        "dev",
        (
            "hub/pyproject.toml",
            "services/archive/pyproject.toml",
            "extensions/pyproject.toml",
            "kernels/pyproject.toml",
            "requirements/dev.in",
        ),
        ("--group", "dev", *_SAMPLE_DATA),
    ),
)
