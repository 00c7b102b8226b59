"""Runs a probe's pod to its end and says what it saw, or why it never ran."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..diagnosis import diagnose
from .cluster import Cluster, Refused
from .manifests import Maker

__all__ = ["Bench", "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """How a probe ended.

    Parameters
    ----------
    seen
        What it printed.
    trouble
        Why it printed nothing; empty when it did.
    pod
        The pod as the API server last showed it.
    took_s
        Seconds from its making until its end was known.
    """

    seen: Mapping[str, Any] = field(default_factory=dict)
    trouble: str = ""
    pod: Mapping[str, Any] = field(default_factory=dict)
    took_s: float = 0.0


@dataclass(frozen=True)
class Bench:
    """Where probes are run.

    Parameters
    ----------
    cluster
        The cluster.
    maker
        Describes what is made.
    """

    cluster: Cluster
    maker: Maker

    @property
    def patience_s(self) -> float:
        """Seconds that a probe may take."""
        return float(self.maker.settings.patience_s)

    async def run(self, pod: dict[str, Any]) -> Outcome:
        """Make a pod, wait for its end and read what it printed."""
        name, begin = pod["metadata"]["name"], time.monotonic()
        try:
            await self.cluster.make(pod)
            shown = await self.cluster.await_pod(name, _Lasting(running_will_do=False), self.patience_s)
            if shown.get("status", {}).get("phase") == "Succeeded":
                took_s = time.monotonic() - begin
                return Outcome(await self.cluster.said(name), "", shown, took_s)
        except Refused as e:
            return Outcome(trouble=f"the cluster refuses the probe ({e.message})")
        return Outcome(trouble=await self._trouble(shown), pod=shown)

    async def start(self, pod: dict[str, Any]) -> Outcome:
        """Make a pod that goes on, and wait until it runs."""
        name = pod["metadata"]["name"]
        try:
            await self.cluster.make(pod)
        except Refused as e:
            return Outcome(trouble=f"the cluster refuses the probe ({e.message})")
        shown = await self.cluster.await_pod(name, _Lasting(running_will_do=True), self.patience_s)
        if _runs(shown):
            return Outcome(pod=shown)
        return Outcome(trouble=await self._trouble(shown), pod=shown)

    async def _trouble(self, pod: Mapping[str, Any]) -> str:
        """Say why a pod did not get to its end."""
        if not pod:
            return "it was removed before its end"
        if found := diagnose(pod):
            return f"{found.what} ({found.detail})" if found.detail else found.what
        name = str(pod.get("metadata", {}).get("name", ""))
        events = await self.cluster.objects("Event", fieldSelector=f"involvedObject.name={name}")
        warnings = [str(e.get("message", "")) for e in events if e.get("type") == "Warning"]
        return warnings[-1] if warnings else f"it did not end within {self.patience_s:.0f} s"


def _runs(pod: Mapping[str, Any]) -> bool:
    return bool(pod.get("status", {}).get("phase") == "Running")


class _Lasting:
    """Asks of a pod, again and again, whether it has ended or will not get any further."""

    def __init__(self, *, running_will_do: bool) -> None:
        self._running_will_do = running_will_do
        self._since = time.monotonic()
        self._reason = ""

    def __call__(self, pod: Mapping[str, Any]) -> bool:
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return True
        if _runs(pod):
            return self._running_will_do
        found = diagnose(pod)
        reason = found.reason if found else ""
        if reason != self._reason:
            self._reason, self._since = reason, time.monotonic()
        if found is None or found.patience_s is None:
            return False
        return bool(time.monotonic() - self._since >= found.patience_s)
