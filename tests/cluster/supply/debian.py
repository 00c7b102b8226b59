"""Programs that come from Debian's packages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..errors import ClusterError
from ..programs import run
from ..report import Report

__all__ = ["ensure_packages", "missing_packages"]

#: A file or a program on PATH that says that a package is there -> the package.
_WANTED = {
    "containerd": "containerd",
    "runc": "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "buildah": "buildah",
    "debootstrap": "debootstrap",
    "nft": "nftables",
    "ip": "iproute2",
    "gcc": "gcc",
    "/usr/include/unistd.h": "libc6-dev",
}


def missing_packages() -> list[str]:
    """Return the packages that the cluster wants and the machine has not."""
    return [package for sign, package in _WANTED.items() if not (Path(sign).exists() or shutil.which(sign))]


def ensure_packages(report: Report) -> None:
    """Install what is missing.

    Raises
    ------
    ClusterError
        When this cannot be done here.
    """
    if not (missing := missing_packages()):
        return
    if not shutil.which("apt-get"):
        raise ClusterError(f"The test cluster needs these programs: {', '.join(missing)}.")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with report.step(f"Debian's packages: {', '.join(missing)}"):
        run(["apt-get", "update", "-qq"], env=quiet)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=quiet)
