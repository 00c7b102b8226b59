"""The programs of a node and its control plane, each with its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..places import CLONE, KUBECONFIG, NODE_IP, NODE_NAME, POD_NETWORK, SERVICE_NETWORK, STATE
from .settings_files import CONTAINERD, KUBELET

__all__ = ["CERTIFICATES", "Component", "addons", "containerd", "control_plane", "node_agents", "storage"]

CERTIFICATES = STATE / "certificates"
_ETCD = "http://127.0.0.1:2379"
_ETCD_PEER = "http://127.0.0.1:2380"


@dataclass(frozen=True)
class Component:
    """A program that runs as long as the cluster does."""

    name: str
    command: tuple[str | Path, ...]
    variables: tuple[tuple[str, str], ...] = ()


def containerd() -> Component:
    """Return the container runtime."""
    return Component("containerd", ("containerd", "--config", CONTAINERD))


def storage(box: Path) -> Component:
    """Return etcd; what it keeps need not survive a power cut, so it waits for no disk."""
    options = {
        "name": NODE_NAME,
        "data-dir": STATE / "etcd",
        "listen-client-urls": _ETCD,
        "advertise-client-urls": _ETCD,
        "listen-peer-urls": _ETCD_PEER,
        "initial-advertise-peer-urls": _ETCD_PEER,
        "initial-cluster": f"{NODE_NAME}={_ETCD_PEER}",
        "log-level": "warn",
    }
    return Component("etcd", (box, "etcd", "--unsafe-no-fsync", *_flags(options)))


def control_plane(box: Path) -> list[Component]:
    """Return API server, controllers and scheduler."""
    return [
        Component("kube-apiserver", (box, "kube-apiserver", *_flags(_api_server()))),
        Component("kube-controller-manager", (box, "kube-controller-manager", *_flags(_controllers()))),
        Component("kube-scheduler", (box, "kube-scheduler", *_flags(_as_client("kube-scheduler")))),
    ]


def node_agents(box: Path) -> list[Component]:
    """Return kubelet and the proxy of services."""
    kubelet = {
        "config": KUBELET,
        "kubeconfig": _kubeconfig("kubelet"),
        "hostname-override": NODE_NAME,
        "node-ip": NODE_IP,
        "v": 2,
    }
    proxy = {
        "kubeconfig": _kubeconfig("kube-proxy"),
        "proxy-mode": "nftables",
        "hostname-override": NODE_NAME,
        "cluster-cidr": POD_NETWORK,
        # Zero leaves alone what belongs to the whole machine, not to the node.
        "conntrack-max-per-core": 0,
        "conntrack-tcp-timeout-established": 0,
        "conntrack-tcp-timeout-close-wait": 0,
        "oom-score-adj": 0,
    }
    return [
        Component("kubelet", (box, "kubelet", *_flags(kubelet))),
        Component("kube-proxy", (box, "kube-proxy", *_flags(proxy))),
    ]


def addons(python: Path) -> Component:
    """Return what a distribution of Kubernetes adds: volumes, and network policies."""
    return Component(
        "addons",
        (python, "-m", "tests.cluster.addons"),
        (("PYTHONPATH", str(CLONE)), ("PYTHONUNBUFFERED", "1")),
    )


def _kubeconfig(user: str) -> Path:
    return KUBECONFIG if user == "admin" else STATE / f"{user}.kubeconfig"


def _api_server() -> dict[str, object]:
    keys = CERTIFICATES
    return {
        "etcd-servers": _ETCD,
        "advertise-address": NODE_IP,
        "secure-port": 6443,
        "service-cluster-ip-range": SERVICE_NETWORK,
        "client-ca-file": keys / "ca.crt",
        "tls-cert-file": keys / "apiserver.crt",
        "tls-private-key-file": keys / "apiserver.key",
        "kubelet-client-certificate": keys / "apiserver-kubelet-client.crt",
        "kubelet-client-key": keys / "apiserver-kubelet-client.key",
        "kubelet-certificate-authority": keys / "ca.crt",
        "kubelet-preferred-address-types": "InternalIP",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": keys / "service-accounts.pub",
        "service-account-signing-key-file": keys / "service-accounts.key",
        "requestheader-client-ca-file": keys / "front-proxy-ca.crt",
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "proxy-client-cert-file": keys / "front-proxy-client.crt",
        "proxy-client-key-file": keys / "front-proxy-client.key",
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "allow-privileged": "true",
        "v": 1,
    }


def _controllers() -> dict[str, object]:
    return _as_client("kube-controller-manager") | {
        "use-service-account-credentials": "true",
        "service-account-private-key-file": CERTIFICATES / "service-accounts.key",
        "root-ca-file": CERTIFICATES / "ca.crt",
        "cluster-signing-cert-file": CERTIFICATES / "ca.crt",
        "cluster-signing-key-file": CERTIFICATES / "ca.key",
        "requestheader-client-ca-file": CERTIFICATES / "front-proxy-ca.crt",
        "allocate-node-cidrs": "false",
    }


def _as_client(name: str) -> dict[str, object]:
    file = _kubeconfig(name)
    return {
        "kubeconfig": file,
        "authentication-kubeconfig": file,
        "authorization-kubeconfig": file,
        "bind-address": "127.0.0.1",
        "leader-elect": "false",
        "v": 1,
    }


def _flags(options: dict[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items()]
