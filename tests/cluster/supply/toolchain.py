"""The Go toolchain, by version and hash."""

from __future__ import annotations

import os
from pathlib import Path

from astrohub_launcher.setup.bootstrap import find_uv
from astrohub_launcher.setup.index import named_index
from astrohub_launcher.variables import for_tools

from ..places import CACHE, HERE
from ..programs import run
from ..report import Report
from .contents import digest, in_one_piece

__all__ = ["LOCK", "go_program", "go_variables"]

LOCK = HERE / "box" / "toolchain.txt"


def go_program(report: Report) -> Path:
    """Return `go`, fetched when it is not in the cache."""
    folder = CACHE / "toolchain" / digest(LOCK)
    if not folder.is_dir():
        with report.step("Go toolchain"), in_one_piece(folder) as made:
            uv, _ = find_uv(CACHE.parent / "astrohub", for_tools())
            more = {"UV_NO_PROGRESS": "1"}
            if index := named_index(os.environ):
                more["UV_DEFAULT_INDEX"] = index
            options = ["--require-hashes", "--no-deps", "--target", str(made)]
            run([uv, "pip", "install", *options, "-r", LOCK], env=for_tools(more=more))
    return folder / "go" / "bin" / "go"


def go_variables() -> dict[str, str]:
    """Return the environment variables of a build: this module's lock, this toolchain, own caches."""
    return for_tools(
        more={
            "GOMODCACHE": str(CACHE / "go" / "modules"),
            "GOCACHE": str(CACHE / "go" / "build"),
            "GOFLAGS": "-mod=readonly",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "CGO_ENABLED": "0",
        }
    )
