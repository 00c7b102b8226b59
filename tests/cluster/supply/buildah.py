"""Builds images with buildah, in a storage of our own and without any registry."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..places import CACHE
from ..programs import run

__all__ = ["build", "buildah", "buildah_command", "has_image", "save"]

_STORAGE = CACHE / "storage"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
#: Where a build finds the authorities that this machine trusts; they get into no layer.
_AUTHORITIES_INSIDE = "/run/authorities.crt"


def buildah_command() -> list[str]:
    """Return the words that begin every call: own storage, no daemon, no mount that outlives the call."""
    roots = ["--root", str(_STORAGE / "images"), "--runroot", str(_STORAGE / "run")]
    return ["unshare", "--mount", "buildah", *roots, "--storage-driver", "overlay"]


def buildah(*words: str | Path, log: Path | None = None) -> str:
    """Run buildah and return what it printed."""
    return run([*buildah_command(), *words], env=os.environ | {"BUILDAH_ISOLATION": "chroot"}, log=log)


def build(
    tag: str,
    context: Path,
    *,
    dockerfile: Path | None = None,
    arguments: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> None:
    """Build a Dockerfile; its base must be here already.

    pip, npm and whoever reads `PIP_CERT`, `NODE_EXTRA_CA_CERTS` or `SSL_CERT_FILE` as build arguments finds
    the authorities of this machine there while the build lasts.
    """
    words = ["build", "--pull-never", "--layers", "--tag", tag]
    if dockerfile:
        words += ["--file", str(dockerfile)]
    if _AUTHORITIES.exists():
        words += ["--volume", f"{_AUTHORITIES}:{_AUTHORITIES_INSIDE}:ro"]
        for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"):
            words += ["--build-arg", f"{name}={_AUTHORITIES_INSIDE}"]
    for name, value in (arguments or {}).items():
        words += ["--build-arg", f"{name}={value}"]
    buildah(*words, context, log=log)


def has_image(tag: str) -> bool:
    """Say whether an image is in the storage."""
    return bool(buildah("images", "--quiet", "--filter", f"reference={tag}").strip())


def save(tag: str, archive: Path) -> Path:
    """Write an image as a tar that a node can load."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.unlink(missing_ok=True)
    buildah("push", "--quiet", tag, f"docker-archive:{archive}:{tag}")
    return archive
