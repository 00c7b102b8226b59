"""Steps that make virtual environments from locks and members."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from ..place import Place
from .bundle import bundle_source
from .kit import Kit
from .members import EnvironmentPlan
from .stamps import STAMP, fingerprint, tree
from .steps import Step
from .tool import Bench

__all__ = ["members_step", "packages_step"]

_MEMBERS_STAMP = ".astrohub-members.json"


def packages_step(kit: Kit, plan: EnvironmentPlan, after: tuple[str, ...] = ()) -> Step:
    """Return the step that installs exactly what a lock names, each file by its hash."""
    place = kit.place
    folder = place.environment(plan.name)
    lock = place.clone / "requirements" / f"{plan.name}.txt"
    stamp = folder / STAMP

    def run(bench: Bench) -> None:
        variables = kit.uv_variables()
        python = folder / "bin" / "python"
        if not stamp.exists() or not python.exists():
            shutil.rmtree(folder, ignore_errors=True)
            bench.run([kit.uv, "venv", "--python", kit.python, folder], cwd=place.environments, env=variables)
        stamp.unlink(missing_ok=True)
        options = ["--require-hashes", *_compiling(plan), "--python", str(python)]
        bench.run([kit.uv, "pip", "sync", *options, lock], cwd=place.environments, env=variables)
        _close(folder)

    return Step(
        name=f"packages-{plan.name}",
        title=f"{plan.title}: {_count(lock)} locked packages",
        inputs=lambda: fingerprint(lock, str(folder)),
        makes=(folder / "bin" / "python",),
        stamp=stamp,
        run=run,
        after=after,
    )


def members_step(kit: Kit, plan: EnvironmentPlan, after: tuple[str, ...] = ()) -> Step:
    """Return the step that installs the workspace's own distributions into an environment."""
    place = kit.place
    folder = place.environment(plan.name)
    sources = [_source(place, member) for member in plan.members]

    def run(bench: Bench) -> None:
        variables = kit.uv_variables()
        python = folder / "bin" / "python"
        (folder / _MEMBERS_STAMP).unlink(missing_ok=True)
        options = [
            "--no-deps",
            "--no-build-isolation",
            "--reinstall",
            *_compiling(plan),
            "--python",
            str(python),
        ]
        targets = [word for source in sources for word in (*_editable(place), str(source))]
        bench.run([kit.uv, "pip", "install", *options, *targets], cwd=place.environments, env=variables)
        for source in sources:
            if plan.compiled and place.clone_is_shared and os.access(source, os.W_OK):
                # User servers and the archive run under an account that cannot keep bytecode itself.
                bench.run(
                    [python, "-m", "compileall", "-q", *_packages(source)],
                    cwd=place.environments,
                    env=variables,
                )

    def inputs() -> str:
        if place.clone_is_shared:
            return fingerprint(*(source / "pyproject.toml" for source in sources), *map(str, sources))
        return fingerprint(*(tree(source) for source in sources))

    return Step(
        name=f"members-{plan.name}",
        title=f"{plan.title}: {', '.join(plan.members)}",
        inputs=inputs,
        makes=(folder / "bin" / "python",),
        stamp=folder / _MEMBERS_STAMP,
        run=run,
        after=(f"packages-{plan.name}", *after),
    )


def _editable(place: Place) -> list[str]:
    """Install from where the sources lie when the parts can read them there, else a copy."""
    return ["--editable"] if place.clone_is_shared else []


def _compiling(plan: EnvironmentPlan) -> list[str]:
    return ["--compile-bytecode"] if plan.compiled else []


def _close(folder: Path) -> None:
    """Take away everybody's right to hold the lock file that uv leaves in an environment."""
    with contextlib.suppress(FileNotFoundError):
        (folder / ".lock").chmod(0o600)


def _count(lock: Path) -> int:
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []
    return sum("==" in line for line in lines)


def _source(place: Place, member: str) -> Path:
    return bundle_source(place) if member == "extensions" else place.clone / member


def _packages(source: Path) -> list[Path]:
    return sorted(file.parent for file in source.glob("*/__init__.py"))
