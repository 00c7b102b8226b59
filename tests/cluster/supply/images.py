"""The images that every cluster has: the pods' first process, the name server, and the base of all others."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ..places import CACHE, HERE
from ..programs import run
from ..report import Report
from .buildah import build, buildah, has_image, save
from .contents import digest, in_one_piece

__all__ = ["COREDNS", "DEBIAN", "PAUSE", "build_coredns", "build_debian", "build_pause", "saved"]

PAUSE = "astrohub.test/pause:1"
COREDNS = "astrohub.test/coredns:1"
#: Under the name that Dockerfiles give it: with this one in the storage they need no registry.
DEBIAN = "docker.io/library/debian:bookworm-slim"

_SOURCES = HERE / "supply"
_BOOTSTRAP = ("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm")
_EMPTIED = (
    "var/cache/apt/archives",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
)


def saved(name: str) -> Path:
    """Return the folder of an image's tar, once it is built."""
    return CACHE / "images" / name


def build_pause(report: Report) -> Path:
    """Compile the pods' first process and return the folder with its program and its image's tar."""
    sources = _SOURCES / "pause"
    folder = saved("pause") / digest(sources)
    if not folder.is_dir():
        with report.step("Image: pause"), in_one_piece(folder) as made:
            shutil.copy(sources / "Dockerfile", made)
            run(["gcc", "-Os", "-static", "-s", "-Wall", "-o", made / "pause", sources / "pause.c"])
            _build_and_save(PAUSE, made)
    return folder


def build_coredns(report: Report, program: Path) -> Path:
    """Put the name server into an image and return the folder with its tar."""
    folder = saved("coredns") / digest(_SOURCES / "coredns", program)
    if not folder.is_dir():
        with report.step("Image: coredns"), in_one_piece(folder) as made:
            shutil.copy(_SOURCES / "coredns" / "Dockerfile", made)
            shutil.copy(program, made / "coredns")
            _build_and_save(COREDNS, made)
            (made / "coredns").unlink()
    return folder


def build_debian(report: Report) -> Path:
    """Make Debian's base image with debootstrap and return the folder with its tar."""
    folder = saved("debian") / digest(*_BOOTSTRAP, *_EMPTIED)
    if not (folder.is_dir() and has_image(DEBIAN)):
        with report.step("Image: Debian's base"), in_one_piece(folder) as made:
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="debian-") as root:
                # It mounts things below the root; in a namespace of its own they end with it.
                run(["unshare", "--mount", *_BOOTSTRAP, root])
                for name in _EMPTIED:
                    for content in Path(root, name).iterdir():
                        shutil.rmtree(content) if content.is_dir() else content.unlink()
                _import_root(root)
            save(DEBIAN, made / "image.tar")
    return folder


def _build_and_save(tag: str, context: Path) -> None:
    build(tag, context)
    save(tag, context / "image.tar")


def _import_root(root: str) -> None:
    container = buildah("from", "scratch").strip()
    try:
        buildah("add", "--quiet", container, root, "/")
        buildah("config", "--cmd", "bash", container)
        buildah("commit", "--quiet", container, DEBIAN)
    finally:
        buildah("rm", container)
