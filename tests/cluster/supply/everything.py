"""Everything that a cluster is made of, with what takes long side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..report import Report
from .binaries import build_binaries
from .contents import one_builder
from .debian import ensure_packages
from .images import build_coredns, build_debian, build_pause

__all__ = ["Supply", "make_everything"]


@dataclass(frozen=True)
class Supply:
    """What a cluster starts from.

    Parameters
    ----------
    binaries
        Folder with `k8sbox`, `coredns` and `helm`.
    first_process
        What holds the namespaces of the node.
    needed_images
        Tars without which no pod runs; loaded before the node says that it is ready.
    images
        Further tars.
    """

    binaries: Path
    first_process: Path
    needed_images: tuple[Path, ...]
    images: tuple[Path, ...]


def make_everything(report: Report) -> Supply:
    """Build what the cache does not have; Go builds while packages and base image are fetched."""
    with (
        one_builder(lambda: report.say("Another process is building; waiting for it")),
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        building = pool.submit(build_binaries, report)
        imaging = pool.submit(_small_images, report)
        pause, debian = imaging.result()
        binaries = building.result()
        coredns = build_coredns(report, binaries / "coredns")
    return Supply(
        binaries=binaries,
        first_process=pause / "pause",
        needed_images=(pause / "image.tar", coredns / "image.tar"),
        images=(debian / "image.tar",),
    )


def _small_images(report: Report) -> tuple[Path, Path]:
    steps: tuple[Callable[[Report], Path], ...] = (build_pause, build_debian)
    ensure_packages(report)
    pause, debian = (step(report) for step in steps)
    return pause, debian
