"""The binaries of the cluster, built from the Go module in box/."""

from __future__ import annotations

import re
from pathlib import Path

from ..places import CACHE, HERE
from ..programs import run
from ..report import Report
from .contents import digest, in_one_piece
from .toolchain import go_program, go_variables

__all__ = ["binaries", "build_binaries"]

_MODULE = HERE / "box"
_PACKAGES = ("./k8sbox", "./coredns", "helm.sh/helm/v3/cmd/helm")
#: Debugging information is a fifth of the time that a build takes.
_COMPILER = "-gcflags=all=-dwarf=false"
_VERSIONS = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")


def binaries() -> Path:
    """Return the folder where the binaries of this module lie, once they are built: k8sbox, coredns, helm."""
    return CACHE / "binaries" / digest(_MODULE, _COMPILER, *_PACKAGES, *_link_variables())


def build_binaries(report: Report) -> Path:
    """Build them, unless the cache has them."""
    folder = binaries()
    if folder.is_dir():
        return folder
    go = go_program(report)
    with report.step("Go modules"):
        run([go, "mod", "download"], cwd=_MODULE, env=go_variables())
    linker = " ".join(["-s", "-w", *(f"-X {variable}" for variable in _link_variables())])
    with report.step("Go build: Kubernetes, etcd, CoreDNS, Helm"), in_one_piece(folder) as made:
        build = ["build", "-trimpath", _COMPILER, "-ldflags", linker, "-o", f"{made}/"]
        run([go, *build, *_PACKAGES], cwd=_MODULE, env=go_variables())
    return folder


def _link_variables() -> list[str]:
    """Return the versions that Kubernetes and Helm are told at link time; charts ask for them."""
    required = (_MODULE / "go.mod").read_text(encoding="utf-8")
    kubernetes, helm = (
        match[1]
        for name in ("k8s.io/kubernetes", "helm.sh/helm/v3")
        if (match := re.search(rf"(?m)^\s+{re.escape(name)} (v\S+)", required))
    )
    major, minor, _ = kubernetes.removeprefix("v").split(".")
    told = {"gitVersion": kubernetes, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return [
        *(f"{package}.{name}={value}" for package in _VERSIONS for name, value in told.items()),
        f"helm.sh/helm/v3/internal/version.version={helm}",
    ]
