"""The settings files of containerd, kubelet and the pods' network."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..places import CLUSTER_DNS, GATE, HERE, POD_GATEWAY, POD_NETWORK, RUN, STATE
from ..supply.images import PAUSE
from .control_groups import NAME as CONTROL_GROUP

__all__ = ["CONTAINERD", "CONTAINERD_SOCKET", "KUBELET", "write_settings"]

CONTAINERD_SOCKET = RUN / "containerd.sock"
CONTAINERD = STATE / "containerd.toml"
KUBELET = STATE / "kubelet.json"
_NETWORK = STATE / "network" / "10-box.conflist"
_PLUGINS = STATE / "network-plugins"
_GATE_PLUGIN = "network-policies"
_OF_DEBIAN = Path("/usr/lib/cni")
_NAME_SERVERS = STATE / "resolv.conf"

_CONTAINERD_SETTINGS = f"""\
version = 2
root = "{STATE}/containerd"
state = "{RUN}/containerd"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  # Below its own score no process may go where even root lacks that capability.
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{_PLUGINS}"
    conf_dir = "{_NETWORK.parent}"
"""


def write_settings(certificates: Path) -> None:
    """Write all of them."""
    CONTAINERD.write_text(_CONTAINERD_SETTINGS, encoding="utf-8")
    _NETWORK.parent.mkdir(exist_ok=True)
    _write_plugins()
    _NETWORK.write_text(json.dumps(_network(), indent=1), encoding="utf-8")
    # What CoreDNS itself would ask; nothing answers there, as pods have no way out of this machine.
    _NAME_SERVERS.write_text("nameserver 127.0.0.1\n", encoding="utf-8")
    KUBELET.write_text(json.dumps(_kubelet(certificates), indent=1), encoding="utf-8")


def _write_plugins() -> None:
    """Lay out Debian's plug-ins and ours, which this Python runs without looking for any package."""
    _PLUGINS.mkdir()
    for plugin in ("bridge", "host-local", "loopback"):
        (_PLUGINS / plugin).symlink_to(_OF_DEBIAN / plugin)
    ours = _PLUGINS / _GATE_PLUGIN
    ours.write_text(f"#!/bin/sh\nexec {sys.executable} -IS {HERE}/addons/gate.py\n", encoding="utf-8")
    ours.chmod(0o755)


def _network() -> dict[str, object]:
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": POD_NETWORK, "gateway": POD_GATEWAY}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": str(STATE / "addresses"),
    }
    bridge = {"type": "bridge", "bridge": "pods0", "isGateway": True, "hairpinMode": True, "ipam": addresses}
    gate = {"type": _GATE_PLUGIN, "socket": str(GATE)}
    return {"cniVersion": "0.4.0", "name": "box", "plugins": [bridge, gate]}


def _kubelet(certificates: Path) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(certificates / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(certificates / "kubelet-server.crt"),
        "tlsPrivateKeyFile": str(certificates / "kubelet-server.key"),
        "clusterDomain": "cluster.local",
        "clusterDNS": [CLUSTER_DNS],
        "resolvConf": str(_NAME_SERVERS),
        "cgroupRoot": f"/{CONTROL_GROUP}",
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "oomScoreAdj": 0,
        # As sites are told to: where control groups are of version 2 the whole container would end otherwise.
        "singleProcessOOMKill": True,
        "makeIPTablesUtilChains": False,
        "maxPods": 200,
        "serializeImagePulls": False,
        # Images come from tars only: one that is thrown away does not come back.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "nodefs.inodesFree": "1%",
        },
        "nodeStatusUpdateFrequency": "5s",
        "shutdownGracePeriod": "0s",
    }
