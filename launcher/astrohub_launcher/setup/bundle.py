"""Steps that build the browser's part of the JupyterLab extension."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..place import Place
from .kit import Kit
from .stamps import STAMP, fingerprint, tree
from .steps import Step
from .tool import Bench

__all__ = ["build_step", "bundle_source", "npm_packages_step"]

_BUILD_STAMP = ".astrohub-build.json"
_BROWSER_SOURCES = (".ts", ".tsx", ".js", ".json", ".css", ".svg", ".mjs", ".grammar")


def bundle_source(place: Place) -> Path:
    """Return the folder in which the extension is built: its own, or a copy when that cannot be written."""
    original = place.clone / "extensions"
    return original if os.access(original, os.W_OK) else place.build / "extensions"


def npm_packages_step(kit: Kit) -> Step:
    """Return the step that installs what the build of the extension needs from npm."""
    place = kit.place
    original, source = place.clone / "extensions", bundle_source(place)
    modules = source / "node_modules"

    def run(bench: Bench) -> None:
        _refresh(original, source)
        npm, variables = kit.npm()
        bench.run([*npm, "ci"], cwd=source, env=variables)

    return Step(
        name="bundle-packages",
        title="JupyterLab extension: npm packages",
        inputs=lambda: fingerprint(original / "package.json", original / "package-lock.json"),
        makes=(modules,),
        stamp=modules / STAMP,
        run=run,
        after=("packages-hub",),
    )


def build_step(kit: Kit) -> Step:
    """Return the step that compiles the extension and bundles it for JupyterLab."""
    place = kit.place
    original, source = place.clone / "extensions", bundle_source(place)

    def run(bench: Bench) -> None:
        _refresh(original, source)
        npm, variables = kit.npm(place.environment("lab") / "bin")
        bench.run([*npm, "run", "build"], cwd=source, env=variables)

    return Step(
        name="bundle",
        title="JupyterLab extension: build",
        inputs=lambda: tree(original, suffixes=_BROWSER_SOURCES),
        makes=(source / "astrohub_lab" / "labextension" / "package.json",),
        stamp=source / "node_modules" / _BUILD_STAMP,
        run=run,
        after=("bundle-packages", "packages-lab"),
    )


def _refresh(original: Path, source: Path) -> None:
    if source != original:
        made = shutil.ignore_patterns("node_modules", "labextension", "lib", "__pycache__")
        shutil.copytree(original, source, ignore=made, dirs_exist_ok=True)
