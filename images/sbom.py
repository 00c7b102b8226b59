"""What an image is made of, as CycloneDX 1.6: packages of Debian, Python and npm, our own distributions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

__all__ = ["DPKG_FORMAT", "Component", "debian", "node", "python", "sbom"]

#: What dpkg-query is asked for each package, one a line.
DPKG_FORMAT = "${Package}\t${Version}\t${Architecture}\t${source:Package}\n"
_LOCKED = re.compile(r"(?m)^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)((?:[^\n]*\\\n)*[^\n]*)\n")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, order=True)
class Component:
    """One part of an image.

    Parameters
    ----------
    purl
        Its package URL, which is its identity.
    name, version
        As its own world calls it.
    hashes
        SHA-256 of the files that the lock admits; only where there is one can it be told.
    """

    purl: str
    name: str
    version: str
    hashes: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """Return it as CycloneDX wants it."""
        found: dict[str, Any] = {
            "type": "library",
            "bom-ref": self.purl,
            "name": self.name,
            "version": self.version,
            "purl": self.purl,
        }
        if len(self.hashes) == 1:
            found["hashes"] = [{"alg": "SHA-256", "content": self.hashes[0]}]
        return found


def debian(listed: str) -> list[Component]:
    """Read what dpkg-query printed in DPKG_FORMAT."""
    parts = [line.split("\t") for line in listed.splitlines() if line.strip()]
    return [
        Component(
            f"pkg:deb/debian/{name}@{quote(version, safe='')}?arch={arch}&distro=bookworm", name, version
        )
        for name, version, arch, _ in parts
    ]


def python(folders: str, locks: str) -> list[Component]:
    """Read which distributions are installed, from the names of their folders; hashes come from the locks."""
    hashes = {(_normal(name), version): _HASH.findall(rest) for name, version, rest in _LOCKED.findall(locks)}
    found = []
    for name, version in re.findall(r"(?m)([^/\s]+)-([^-/\s]+)\.dist-info$", folders):
        known = tuple(hashes.get((_normal(name), version), ()))
        found.append(Component(f"pkg:pypi/{_normal(name)}@{version}", _normal(name), version, known))
    return found


def _normal(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def node(lock: str) -> list[Component]:
    """Read a package-lock.json, without what is for development only."""
    found = []
    for path, package in json.loads(lock)["packages"].items():
        if path and not package.get("dev"):
            name, version = path.rpartition("node_modules/")[2], package["version"]
            found.append(Component(f"pkg:npm/{quote(name, safe='/')}@{version}", name, version))
    return found


def sbom(image: str, version: str, components: Iterable[Component]) -> dict[str, Any]:
    """Put components together, each once, in an order that does not change from build to build."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": f"astrohub {image}", "version": version}},
        "components": [component.described() for component in sorted({*components})],
    }
