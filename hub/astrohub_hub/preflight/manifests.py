"""The objects that preflight makes for a moment: pods without rights, claims, one policy. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .settings import PreflightSettings

__all__ = ["COMPONENT", "Maker"]

COMPONENT = "preflight-probe"
#: The account of the archive: who can use the volumes.
ACCOUNT = 61080
#: Where a probe sees the volume that it tries.
VOLUME = "/volume"


@dataclass(frozen=True)
class Maker:
    """Describes the objects of one run.

    Parameters
    ----------
    settings
        What is looked at.
    run
        A word that no other run has.
    """

    settings: PreflightSettings
    run: str

    @property
    def labels(self) -> dict[str, str]:
        """Labels of everything that this run makes."""
        return {
            "app.kubernetes.io/name": "astrohub",
            "app.kubernetes.io/component": COMPONENT,
            "astrohub/preflight": self.run,
        }

    @property
    def selector(self) -> str:
        """The selector that finds all of it again."""
        return f"astrohub/preflight={self.run}"

    def name(self, what: str) -> str:
        """Return the name of an object of this run."""
        return f"preflight-{self.run}-{what}"

    def pod(
        self,
        what: str,
        command: Sequence[str],
        *,
        image: str = "",
        claim: str = "",
        labels: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Describe a pod that runs one command and is ended if it takes too long."""
        container: dict[str, Any] = {
            "name": "probe",
            "image": image or self.settings.probe_image,
            "imagePullPolicy": self.settings.pull_policy,
            "command": list(command),
            "resources": {
                "requests": {"cpu": "10m", "memory": "32Mi"},
                "limits": {"cpu": "500m", "memory": "128Mi"},
            },
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        }
        spec: dict[str, Any] = {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "activeDeadlineSeconds": self.settings.patience_s + 60,
            "terminationGracePeriodSeconds": 0,
            "imagePullSecrets": [{"name": name} for name in self.settings.pull_secrets],
            "securityContext": _security(),
            "affinity": _apart(self.selector) if claim else {},
            "containers": [container],
        }
        if claim:
            container["volumeMounts"] = [{"name": "volume", "mountPath": VOLUME}]
            spec["volumes"] = [{"name": "volume", "persistentVolumeClaim": {"claimName": claim}}]
        metadata = {"name": self.name(what), "labels": self.labels | (labels or {})}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}

    def probe(self, what: str, *words: str, **more: Any) -> dict[str, Any]:
        """Describe a pod that runs one of the tasks of probe.py."""
        return self.pod(
            what, ("/opt/astrohub/bin/python", "-m", "astrohub_hub.preflight.probe", *words), **more
        )

    def claim(self, what: str, storage_class: str | None, modes: Sequence[str]) -> dict[str, Any]:
        """Describe a small claim."""
        spec: dict[str, Any] = {
            "accessModes": list(modes),
            "resources": {"requests": {"storage": "1Gi"}},
        }
        if storage_class:
            spec["storageClassName"] = storage_class
        metadata = {"name": self.name(what), "labels": self.labels}
        return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}

    def policy(self, what: str, held: dict[str, str]) -> dict[str, Any]:
        """Describe a policy by which pods with these labels reach nobody."""
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": self.name(what), "labels": self.labels},
            "spec": {"podSelector": {"matchLabels": held}, "policyTypes": ["Egress"], "egress": []},
        }


def _security() -> dict[str, Any]:
    return {
        "runAsNonRoot": True,
        "runAsUser": ACCOUNT,
        "runAsGroup": ACCOUNT,
        "fsGroup": ACCOUNT,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _apart(selector: str) -> dict[str, Any]:
    """Ask for different nodes, where there are several: a volume of one node looks shared on it."""
    key, _, value = selector.partition("=")
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {key: value}},
    }
    return {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]
        }
    }
