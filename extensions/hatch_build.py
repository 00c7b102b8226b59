"""Build hook of the wheel: without the page's part there is nothing to install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagePart(BuildHookInterface[Any]):
    """Refuses to build while the bundle of the page's part is missing."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Look for the bundle before anything is packed."""
        bundle = Path(self.root, "astrohub_lab", "labextension")
        if self.target_name == "wheel" and not list(bundle.glob("static/remoteEntry.*.js")):
            raise SystemExit(
                f"astrohub-lab: the page's part is not built ({bundle} has no bundle): "
                "run `npm ci && npm run build` in extensions/ first."
            )
