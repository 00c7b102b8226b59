"""What a cluster could leave behind on the machine, to be compared before and after."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .node.kernel import SHARED
from .places import RUN, STATE

__all__ = ["traces"]

#: Folders where programs of a node would make new ones.
_FOLDERS = (
    "/etc",
    "/etc/cni/net.d",
    "/run",
    "/run/netns",
    "/var/lib",
    "/var/lib/cni",
    "/var/log",
    "/var/log/pods",
    "/var/log/containers",
)


def traces() -> dict[str, list[str]]:
    """Return mounts, interfaces, routes, packet filters, control groups, files, settings and processes."""
    return {
        "mounts": sorted(Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()),
        "interfaces": sorted(os.listdir("/sys/class/net")),
        "routes": sorted(_said("ip", "route")),
        "nftables": _said("nft", "list", "ruleset"),
        "iptables": [line for line in _said("iptables-save") if line.startswith(("-A", ":KUBE", ":CNI"))],
        "control groups": sorted(
            str(folder) for folder in Path("/sys/fs/cgroup").glob("*/*") if folder.is_dir()
        ),
        "files": sorted(
            str(file) for folder in _FOLDERS if Path(folder).is_dir() for file in Path(folder).iterdir()
        ),
        "kernel": [f"{name}={_setting(name)}" for name in SHARED],
        "processes": _processes(),
    }


def _said(*command: str) -> list[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    except FileNotFoundError:
        return []


def _setting(name: str) -> str:
    file = Path("/proc/sys", name)
    return file.read_text(encoding="utf-8").strip() if file.exists() else "-"


def _processes() -> list[str]:
    """Return the command lines that name one of the cluster's places."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if any(mark in words for mark in (str(STATE), str(RUN), "k8sbox", "tests.cluster.addons")):
                found.append(words)
    return sorted(found)
