"""Settings of the kernel that are not the node's alone: kept before, and put back after."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from ..places import STATE
from ..programs import run

__all__ = ["SHARED", "prepare_kernel", "put_back_kernel"]

_KEPT = STATE / "kernel-settings.json"
#: What kubelet and containerd change, or need more of.
SHARED = (
    "fs/inotify/max_user_instances",
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)
_INOTIFY_INSTANCES = 8192
#: Bridged traffic between pods passes the packet filter too: there network policies are enforced.
_OF_THE_NODE = ("net.ipv4.ip_forward=1", "net.bridge.bridge-nf-call-iptables=1")


def prepare_kernel(inside: list[str]) -> None:
    """Keep what is shared, then set what the node needs."""
    found = {name: _file(name).read_text().strip() for name in SHARED if _file(name).exists()}
    _KEPT.write_text(json.dumps(found), encoding="utf-8")
    if int(found["fs/inotify/max_user_instances"]) < _INOTIFY_INSTANCES:
        _file("fs/inotify/max_user_instances").write_text(str(_INOTIFY_INSTANCES))
    for setting in _OF_THE_NODE:
        name, _, value = setting.partition("=")
        run([*inside, "sh", "-c", f"echo {value} > /proc/sys/{name.replace('.', '/')}"])


def put_back_kernel() -> None:
    """Set what is shared to what it was."""
    if not _KEPT.exists():
        return
    for name, value in json.loads(_KEPT.read_text(encoding="utf-8")).items():
        with suppress(OSError):
            if _file(name).read_text().strip() != value:
                _file(name).write_text(value)


def _file(name: str) -> Path:
    return Path("/proc/sys") / name
