"""The step that installs the proxy from npm."""

from __future__ import annotations

import shutil

from .kit import Kit
from .stamps import STAMP, fingerprint
from .steps import Step
from .tool import Bench

__all__ = ["proxy_step"]

_FILES = ("package.json", "package-lock.json")


def proxy_step(kit: Kit) -> Step:
    """Return the step that installs the pinned proxy beside the environments."""
    place = kit.place
    original, folder = place.clone / "hub" / "proxy", place.environment("proxy")

    def run(bench: Bench) -> None:
        folder.mkdir(exist_ok=True)
        for name in _FILES:
            shutil.copyfile(original / name, folder / name)
        npm, variables = kit.npm()
        bench.run([*npm, "ci", "--omit=dev"], cwd=folder, env=variables)

    return Step(
        name="proxy",
        title="Proxy: npm packages",
        inputs=lambda: fingerprint(*(original / name for name in _FILES)),
        makes=(folder / "node_modules" / "configurable-http-proxy",),
        stamp=folder / "node_modules" / STAMP,
        run=run,
        after=("packages-hub",),
    )
