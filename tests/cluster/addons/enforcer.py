"""Enforces network policies with the packet filter of the node's network namespace."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from .announcements import Announcements
from .api import Api
from .mirror import Mirror
from .policies import isolate, pods_of
from .ruleset import ruleset

__all__ = ["Enforcer"]

_PATIENCE_S = 15


class Enforcer:
    """Writes the rules anew whenever pods, namespaces or policies change.

    Parameters
    ----------
    gate
        The socket where the pods' network announces a pod before its containers start.
    """

    def __init__(self, api: Api, gate: Path) -> None:
        self._changed = threading.Event()
        self._waiting: list[threading.Event] = []
        self._lock = threading.Lock()
        self._pods, self._namespaces, self._policies = (
            Mirror(api, path, self._changed.set)
            for path in (
                "/api/v1/pods",
                "/api/v1/namespaces",
                "/apis/networking.k8s.io/v1/networkpolicies",
            )
        )
        self._announcements = Announcements(api, self.enforce)
        self._gate = gate
        self.first_rules = threading.Event()

    def serve(self) -> None:
        """Serve until the process ends."""
        mirrors = (self._pods, self._namespaces, self._policies)
        for mirror in mirrors:
            mirror.start()
        for mirror in mirrors:
            mirror.filled.wait()
        self._announcements.listen(self._gate)
        last = ""
        while self._changed.wait():
            self._changed.clear()
            with self._lock:
                waiting, self._waiting = self._waiting, []
            rules = self._rules()
            if rules == last or _apply(rules):
                last = rules
                for event in (*waiting, self.first_rules):
                    event.set()

    def enforce(self) -> bool:
        """Say whether the rules were brought up to what is known now, in good time."""
        done = threading.Event()
        with self._lock:
            self._waiting.append(done)
        self._changed.set()
        return done.wait(_PATIENCE_S)

    def _rules(self) -> str:
        namespaces = {
            item["metadata"]["name"]: item["metadata"].get("labels") or {}
            for item in self._namespaces.objects()
        }
        pods = pods_of(self._announcements.added_to(self._pods.objects()))
        return ruleset(isolate(pods, namespaces, self._policies.objects()))


def _apply(rules: str) -> bool:
    done = subprocess.run(["nft", "-f", "-"], input=rules, text=True, capture_output=True, check=False)
    if done.returncode:
        print(f"nft refused the rules: {done.stderr}\n{rules}", file=sys.stderr)  # noqa: T201
    return done.returncode == 0
