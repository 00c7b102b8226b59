"""Looks at a pod that is starting, and around it, for what stands in its way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kubernetes_asyncio.client import ApiException

from .diagnosis import diagnose
from .finding import Finding
from .reflectors import UNREACHABLE
from .signals import diagnose_claims, diagnose_events, diagnose_log

__all__ = ["PodWatch"]

_SERVER = "notebook"
#: A server that has run so long and does not answer is asked for its log; then again after as long a time.
_QUIET_S, _LOG_LINES, _REQUEST_S = 4.0, 60, 5
#: What goes away by itself when the cluster has got over an outage of its API server.
_PASSING = frozenset({"cut_off", "network", "volume"})
_UNREADABLE = (*UNREACHABLE, ApiException)


class PodWatch:
    """Finds out why one pod does not come up.

    Parameters
    ----------
    spawner
        Whose pod it is; its reflectors are read.
    """

    def __init__(self, spawner: Any) -> None:
        self._spawner = spawner
        self._running_since: float | None = None
        self._log_read = 0.0
        self._said_in_log: Finding | None = None

    def events(self) -> list[dict[str, Any]]:
        """Return what has happened to the pod, oldest first; nothing of an earlier pod of this name."""
        pod, reflector = self._pod(), self._spawner.event_reflector
        if pod is None or reflector is None:
            return []
        uid = pod["metadata"].get("uid")
        return [event for event in reflector.events if event["involvedObject"].get("uid") == uid]

    async def look(self) -> Finding | None:
        """Say what stands in the way now; nothing while all goes well."""
        pod = self._pod()
        finding = await self._find(pod) if pod else None
        if finding and finding.reason in _PASSING and self._spawner.pod_reflector.is_settling:
            return replace(finding, patience_s=None)  # told, but no reason to give up
        return finding

    async def _find(self, pod: Mapping[str, Any]) -> Finding | None:
        finding = diagnose(pod) or diagnose_events(self.events(), started=_has_started(pod))
        if finding and finding.reason == "volume":
            return await self._look_at_claims(pod) or finding
        return finding or await self._look_into_log(pod)

    def _pod(self) -> Mapping[str, Any] | None:
        spawner = self._spawner
        reflector = spawner.pod_reflector
        pod = reflector.pods.get(f"{spawner.namespace}/{spawner.pod_name}") if reflector else None
        return None if pod is None or pod["metadata"].get("deletionTimestamp") else pod

    async def _look_at_claims(self, pod: Mapping[str, Any]) -> Finding | None:
        volumes = pod["spec"].get("volumes") or []
        wanted = {v["persistentVolumeClaim"]["claimName"] for v in volumes if v.get("persistentVolumeClaim")}
        api, namespace = self._spawner.api, self._spawner.namespace
        try:
            claims = await api.list_namespaced_persistent_volume_claim(namespace, _request_timeout=_REQUEST_S)
            events = await api.list_namespaced_event(
                namespace,
                field_selector="involvedObject.kind=PersistentVolumeClaim",
                _request_timeout=_REQUEST_S,
            )
        except _UNREADABLE:
            return None
        shown = api.api_client.sanitize_for_serialization
        there = {claim.metadata.name: shown(claim) for claim in claims.items}
        return diagnose_claims(wanted, there, [shown(event) for event in events.items])

    async def _look_into_log(self, pod: Mapping[str, Any]) -> Finding | None:
        now = time.monotonic()
        if not _runs(pod):
            self._running_since = None
            return None
        if self._running_since is None:
            self._running_since = self._log_read = now
        if now - self._log_read >= _QUIET_S:
            self._log_read = now
            self._said_in_log = diagnose_log(await self._log())
        return self._said_in_log

    async def _log(self) -> str:
        spawner = self._spawner
        try:
            return str(
                await spawner.api.read_namespaced_pod_log(
                    spawner.pod_name,
                    spawner.namespace,
                    container=_SERVER,
                    tail_lines=_LOG_LINES,
                    _request_timeout=_REQUEST_S,
                )
            )
        except _UNREADABLE:
            return ""


def _runs(pod: Mapping[str, Any]) -> bool:
    containers = (pod.get("status") or {}).get("containerStatuses") or []
    return any(c["name"] == _SERVER and (c.get("state") or {}).get("running") for c in containers)


def _has_started(pod: Mapping[str, Any]) -> bool:
    status = pod.get("status") or {}
    containers = [
        *(status.get("initContainerStatuses") or []),
        *(status.get("containerStatuses") or []),
    ]
    return any((c.get("state") or {}).keys() & {"running", "terminated"} for c in containers)
