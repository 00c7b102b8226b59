"""A cluster as tests see it: how to reach it, and what is often asked of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ClusterError
from .node.images import load_images
from .node.namespaces import inside
from .node.outages import outage
from .places import CACHE
from .programs import run
from .supply.buildah import save

__all__ = ["Cluster"]

_HELM_HOMES = ("CACHE", "CONFIG", "DATA")


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs.

    Parameters
    ----------
    kubeconfig
        Of its administrator.
    binaries
        Folder with k8sbox (which is kubectl too) and helm.
    first
        First process of our own node; None on somebody else's cluster.
    """

    kubeconfig: Path
    binaries: Path
    first: int | None = None

    @property
    def kubectl_command(self) -> list[str]:
        """The words that every call of kubectl begins with."""
        return [str(self.binaries / "k8sbox"), "kubectl"]

    @property
    def helm_command(self) -> list[str]:
        """The words that every call of helm begins with."""
        return [str(self.binaries / "helm")]

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables for kubectl, Helm and others: this cluster, nobody's settings of Helm."""
        homes = {f"HELM_{name}_HOME": str(CACHE / "helm" / name.lower()) for name in _HELM_HOMES}
        return os.environ | homes | {"KUBECONFIG": str(self.kubeconfig)}

    @property
    def node_ip(self) -> str:
        """The address of the (first) node."""
        node = self.get("nodes")["items"][0]
        return next(str(a["address"]) for a in node["status"]["addresses"] if a["type"] == "InternalIP")

    def kubectl(self, *words: str | Path, text: str | None = None) -> str:
        """Run kubectl and return what it printed.

        Raises
        ------
        ClusterError
            When kubectl fails, with what it said.
        """
        return run([*self.kubectl_command, *words], env=self.variables, text=text)

    def helm(self, *words: str | Path) -> str:
        """Run helm and return what it printed.

        Raises
        ------
        ClusterError
            When helm fails, with what it said.
        """
        return run([*self.helm_command, *words], env=self.variables)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a kubectl that goes on, such as `port-forward` or `logs --follow`; the caller ends it."""
        return subprocess.Popen(
            [*self.kubectl_command, *words], env=self.variables, text=True, stdout=subprocess.PIPE
        )

    def get(self, *words: str) -> Any:
        """Return what `kubectl get` answers, as JSON."""
        return json.loads(self.kubectl("get", *words, "--output=json"))

    def apply(self, *objects: dict[str, Any], namespace: str | None = None) -> None:
        """Apply objects."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        words = ["--namespace", namespace] if namespace else []
        self.kubectl("apply", *words, "--filename=-", text=json.dumps(listed))

    @contextmanager
    def without(self, component: str) -> Iterator[None]:
        """Take a component away, such as `kube-apiserver`; afterwards it is started again.

        Raises
        ------
        ClusterError
            When the cluster is not ours.
        """
        if self.first is None:
            raise ClusterError(f"Nothing can be taken away from the cluster of {self.kubeconfig}.")
        with outage(self.first, component):
            yield

    def load_image(self, archive: Path) -> None:
        """Put an image from a tar onto the node.

        Raises
        ------
        ClusterError
            When the cluster is not ours: its nodes must get their images from a registry.
        """
        if self.first is None:
            raise ClusterError(f"Images cannot be put onto nodes of {self.kubeconfig}: push {archive.name}.")
        load_images(inside(self.first), [archive])

    def load_built_image(self, tag: str, archive: Path) -> None:
        """Put an image from buildah's storage onto the node; `archive` is where its tar may lie."""
        self.load_image(save(tag, archive))
