"""Enforces network policies with the packet filter of the node's network namespace."""

from __future__ import annotations

import subprocess
import sys
import threading

from .api import Api
from .mirror import Mirror
from .policies import isolate, pods_of
from .ruleset import ruleset

__all__ = ["Enforcer"]


class Enforcer:
    """Writes the rules anew whenever pods, namespaces or policies change."""

    def __init__(self, api: Api) -> None:
        self._changed = threading.Event()
        self._pods, self._namespaces, self._policies = (
            Mirror(api, path, self._changed.set)
            for path in (
                "/api/v1/pods",
                "/api/v1/namespaces",
                "/apis/networking.k8s.io/v1/networkpolicies",
            )
        )
        self.first_rules = threading.Event()

    def serve(self) -> None:
        """Serve until the process ends."""
        mirrors = (self._pods, self._namespaces, self._policies)
        for mirror in mirrors:
            mirror.start()
        for mirror in mirrors:
            mirror.filled.wait()
        last = ""
        while self._changed.wait():
            self._changed.clear()
            rules = self._rules()
            if rules != last and _apply(rules):
                last = rules
                self.first_rules.set()

    def _rules(self) -> str:
        namespaces = {
            item["metadata"]["name"]: item["metadata"].get("labels") or {}
            for item in self._namespaces.objects()
        }
        return ruleset(isolate(pods_of(self._pods.objects()), namespaces, self._policies.objects()))


def _apply(rules: str) -> bool:
    done = subprocess.run(["nft", "-f", "-"], input=rules, text=True, capture_output=True, check=False)
    if done.returncode:
        print(f"nft refused the rules: {done.stderr}\n{rules}", file=sys.stderr)  # noqa: T201
    return done.returncode == 0
