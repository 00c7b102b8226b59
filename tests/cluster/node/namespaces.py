"""The namespaces that the node lives in: its own processes, mounts and network.

When their first process ends, the kernel ends every other process in them and takes back mounts, interfaces
and rules of the packet filter: none of them can stay behind, however the node was ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from ..errors import ClusterError
from ..places import HOST_IP, NODE_IP, POD_NETWORK, SERVICE_NETWORK
from ..programs import run
from .waiting import wait_until

__all__ = ["CABLE", "begin_namespaces", "end_namespaces", "inside", "plug_in", "start_time"]

#: The interface of this machine that leads to the node.
CABLE = "astrohub-box"
_END_INSIDE = "box0"


def begin_namespaces(first_process: Path, log: Path) -> int:
    """Start the first process of new namespaces and return its number as this machine sees it."""
    kinds = [
        "--mount",
        "--net",
        "--pid",
        "--ipc",
        "--uts",
        "--fork",
        "--mount-proc",
        "--propagation",
        "slave",
    ]
    with log.open("ab") as output:
        parent = subprocess.Popen(
            ["unshare", *kinds, "--kill-child", str(first_process)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")

    def child() -> int | None:
        if parent.poll() is not None:
            raise ClusterError(f"Namespaces could not be made: {log.read_text(encoding='utf-8').strip()}")
        words = children.read_text().split()
        # Before it executes our program the child is still on its way into the namespaces.
        ready = words and os.path.exists(f"/proc/{words[0]}/exe") and _is(int(words[0]), first_process)
        return int(words[0]) if ready else None

    return wait_until(child, "the first process of the node", timeout_s=60)


def inside(first: int) -> list[str]:
    """Return the words that run a command inside the namespaces."""
    return ["nsenter", "--target", str(first), "--mount", "--net", "--pid", "--ipc", "--uts", "--"]


def plug_in(first: int) -> None:
    """Lay a cable between this machine and the node, and tell both sides the way."""
    netns = ["nsenter", "--target", str(first), "--net", "ip"]
    run(["ip", "link", "add", CABLE, "type", "veth", "peer", "name", _END_INSIDE, "netns", str(first)])
    run(["ip", "address", "add", f"{HOST_IP}/30", "dev", CABLE])
    run(["ip", "link", "set", CABLE, "up"])
    run([*netns, "link", "set", "lo", "up"])
    run([*netns, "address", "add", f"{NODE_IP}/30", "dev", _END_INSIDE])
    run([*netns, "link", "set", _END_INSIDE, "up"])
    run([*netns, "route", "add", "default", "via", HOST_IP])
    for network in (POD_NETWORK, SERVICE_NETWORK):
        run(["ip", "route", "add", network, "via", NODE_IP])


def end_namespaces(first: int) -> None:
    """End the first process, and with it everything inside, and wait until the kernel has buried it."""
    try:
        handle = os.pidfd_open(first)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        wait_until(lambda: not _lives(first), "the end of the node", timeout_s=60)
    finally:
        os.close(handle)


def start_time(pid: int) -> str | None:
    """Return when a process began, which with its number names it once and for all; None when it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if words[0] in "ZX" else words[19]


def _lives(pid: int) -> bool:
    return start_time(pid) is not None


def _is(pid: int, program: Path) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:
        return False
