"""The distributions of the workspace, and where each is installed."""

from __future__ import annotations

__all__ = ["ENVIRONMENTS", "LOCKS", "EnvironmentPlan", "LockPlan"]

from dataclasses import dataclass


@dataclass(frozen=True)
class EnvironmentPlan:
    """A virtual environment.

    Parameters
    ----------
    name
        Its folder's and its lock's.
    members
        Folders of the distributions that it holds.
    compiled
        Whether all bytecode is made beforehand, for accounts that cannot keep it themselves.
    """

    name: str
    title: str
    members: tuple[str, ...]
    compiled: bool = True


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
        EnvironmentPlan("notebooks", "Notebook service", ("services/notebooks",)),
        EnvironmentPlan("lab", "User servers", ("extensions", "kernels", "nbtester")),
        EnvironmentPlan(
            "dev",
            "Tests",
            (
                "hub",
                "services/archive",
                "services/notebooks",
                "extensions",
                "kernels",
                "nbtester",
                "launcher",
            ),
            compiled=False,
        ),
    )
}

_SAMPLE_DATA = ("--extra", "sample-data")
_POSTGRESQL = ("--extra", "postgresql")
_KUBERNETES = ("--extra", "kubernetes")

LOCKS = (
    LockPlan("hub", ("hub/pyproject.toml", "requirements/hub.in")),
    LockPlan("hub-kubernetes", ("hub/pyproject.toml", "requirements/hub-kubernetes.in"), _KUBERNETES),
    LockPlan("images", ("requirements/images.in",)),
    LockPlan(
        "archive",
        ("services/archive/pyproject.toml", "requirements/archive.in"),
        (*_SAMPLE_DATA, *_POSTGRESQL),
    ),
    LockPlan("notebooks", ("services/notebooks/pyproject.toml", "requirements/notebooks.in")),
    LockPlan(
        "lab",
        (
            "extensions/pyproject.toml",
            "kernels/pyproject.toml",
            "nbtester/pyproject.toml",
            "requirements/lab.in",
        ),
    ),
    LockPlan(
        "dev",
        (
            "hub/pyproject.toml",
            "services/archive/pyproject.toml",
            "services/notebooks/pyproject.toml",
            "extensions/pyproject.toml",
            "kernels/pyproject.toml",
            "nbtester/pyproject.toml",
            "requirements/dev.in",
        ),
        ("--group", "dev", *_SAMPLE_DATA, *_POSTGRESQL, *_KUBERNETES),
    ),
)
