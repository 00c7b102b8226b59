"""Where the test cluster keeps things, and the addresses that it uses."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = [
    "CACHE",
    "CLONE",
    "CLUSTER_DNS",
    "GATE",
    "HERE",
    "HOST_IP",
    "KUBECONFIG",
    "NODE_IP",
    "NODE_NAME",
    "POD_GATEWAY",
    "POD_NETWORK",
    "RUN",
    "SERVICE_API",
    "SERVICE_NETWORK",
    "STATE",
]

HERE = Path(__file__).resolve().parent
CLONE = HERE.parents[1]

#: What took long to make and may be lost at any time: toolchain, binaries, images.
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME") or "/root", ".cache"))
    / "astrohub-cluster"
)
#: What the running cluster writes: fixed, so that there is one, and whoever comes after a crash finds it.
STATE = Path("/var/lib/astrohub-cluster")
#: Sockets and the record of the running cluster.
RUN = Path("/run/astrohub-cluster")
KUBECONFIG = RUN / "admin.kubeconfig"
#: Where the pods' network asks whether the policies of a new pod are in force.
GATE = RUN / "gate.sock"

NODE_NAME = "box"
#: The two ends of the cable between this machine and the cluster's network namespace.
HOST_IP = "10.246.0.1"
NODE_IP = "10.246.0.2"
POD_NETWORK = "10.244.0.0/16"
POD_GATEWAY = "10.244.0.1"
SERVICE_NETWORK = "10.96.0.0/16"
SERVICE_API = "10.96.0.1"
CLUSTER_DNS = "10.96.0.10"
