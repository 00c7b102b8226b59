"""Small pods for tests, from the base image that every node of ours has."""

from __future__ import annotations

from typing import Any

from .supply.images import DEBIAN

__all__ = ["ANSWER", "SLEEP", "pod", "pod_with"]

SLEEP = ("sleep", "infinity")
#: Answers every connection to port 8080 with a word.
ANSWER = (
    "perl",
    "-MIO::Socket::INET",
    "-e",
    '$s = IO::Socket::INET->new(Listen => 9, LocalPort => 8080, ReuseAddr => 1) or die $@;'
    ' while ($c = $s->accept) { print $c "here\\n"; close $c }',
)  # fmt: skip


def pod(name: str, command: tuple[str, ...] = SLEEP, labels: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a pod of one container that ends at once when it is told to."""
    container: dict[str, Any] = {
        "name": "main",
        "image": DEBIAN,
        "imagePullPolicy": "IfNotPresent",
        "command": list(command),
    }
    if command == ANSWER:
        container["ports"] = [{"name": "answer", "containerPort": 8080}]
        container["readinessProbe"] = {"tcpSocket": {"port": 8080}, "periodSeconds": 1}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name} | (labels or {})},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "containers": [container],
        },
    }


def pod_with(name: str, claim: str, command: tuple[str, ...] = SLEEP) -> dict[str, Any]:
    """Return a pod that sees a volume at /volume."""
    made = pod(name, command)
    made["spec"]["volumes"] = [{"name": "volume", "persistentVolumeClaim": {"claimName": claim}}]
    made["spec"]["containers"][0]["volumeMounts"] = [{"name": "volume", "mountPath": "/volume"}]
    return made
