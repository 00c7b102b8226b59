"""The network: names, services, the API server, clocks of nodes, and whether policies hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ..cluster import Refused
from ..findings import Finding, fine, problem, skipped
from ..probe import PORT
from ..trying import Bench
from .api import judge_clock

__all__ = ["check_network", "judge_names", "judge_policy", "judge_reach", "node_clock"]

API = "kubernetes.default.svc"
_HELD = {"astrohub/preflight-held": "yes"}
#: Whom z2jh's policies let reach hub and proxy.
_FRIEND = {
    "hub.jupyter.org/network-access-hub": "true",
    "hub.jupyter.org/network-access-proxy-http": "true",
}
_HELD_WITHIN_S = 20


async def check_network(bench: Bench) -> list[Finding]:
    """Have pods reach each other, what the site needs, and what a policy forbids."""
    maker = bench.maker
    listener = await bench.start(maker.probe("listener", "listen"))
    if listener.trouble:
        return [
            problem("network", f"no probe can be started: {listener.trouble}", "Mend what it says first.")
        ]
    target = f"{listener.pod['status']['podIP']}:{PORT}"
    return [
        finding
        for findings in await asyncio.gather(_look(bench, target), _policy(bench, target))
        for finding in findings
    ]


async def _look(bench: Bench, target: str) -> list[Finding]:
    settings = bench.maker.settings
    host = str(urlsplit(settings.public_url).hostname)
    targets = [target, f"{API}:443", *settings.services]
    words = [f"connect={one}" for one in targets] + [f"name={name}" for name in (API, host)]
    outcome = await bench.run(bench.maker.probe("look", "look", *words, labels=_FRIEND))
    if outcome.trouble:
        return [problem("network", f"the probe saw nothing: {outcome.trouble}", "Mend what it says first.")]
    reached: Mapping[str, str] = outcome.seen["reached"]
    findings = [judge_reach(one, reached[one], is_pod=one == target) for one in targets]
    findings.append(judge_names(API, str(outcome.seen["names"][API])))
    node = str(outcome.pod["spec"].get("nodeName", ""))
    ahead_s = node_clock(outcome.pod, float(outcome.seen["time"]), outcome.took_s)
    return [*findings, judge_clock(f"the clock of the node {node}", ahead_s)]


def judge_reach(target: str, fault: str, *, is_pod: bool = False) -> Finding:
    """Judge whether a pod reaches an address."""
    called = f"another pod ({target})" if is_pod else target
    if not fault:
        return fine("network", f"a pod reaches {called}")
    if target.startswith(API):
        cure = "The hub starts servers through it: look at policies of the whole cluster and at kube-proxy."
        return problem("api", f"a pod does not reach the API server: {fault}", cure)
    cure = (
        "Look at the network plug-in's pods, and at policies of this namespace: `kubectl get networkpolicy`."
    )
    return problem("network", f"a pod does not reach {called}: {fault}", cure)


def judge_names(name: str, fault: str) -> Finding:
    """Judge whether a name of the cluster resolves in a pod."""
    if not fault:
        return fine("dns", f"names of the cluster resolve in a pod ({name})")
    return problem(
        "dns",
        f"{name} does not resolve in a pod: {fault}",
        "Look at the cluster's name service: "
        "`kubectl --namespace kube-system get pods --selector k8s-app=kube-dns`.",
    )


def node_clock(pod: Mapping[str, Any], told: float, took_s: float) -> float:
    """Return by how many seconds a node's clock is ahead of the API server's, as far as that can be known.

    Parameters
    ----------
    pod
        The probe's pod; when it was made is the API server's time.
    told
        What the probe said the time is.
    took_s
        Seconds between the making of the pod and the moment when its end was known.
    """
    made = datetime.fromisoformat(str(pod["metadata"]["creationTimestamp"])).timestamp()
    if told < made:
        return told - made
    # The API server tells whole seconds.
    return max(0.0, told - made - took_s - 1)


async def _policy(bench: Bench, target: str) -> list[Finding]:
    if not bench.maker.settings.network_policy:
        return [skipped("network-policy", "networkPolicy.enabled is false: user servers reach each other")]
    try:
        await bench.cluster.make(bench.maker.policy("held", _HELD | {"astrohub/preflight": bench.maker.run}))
        outcome = await bench.run(
            bench.maker.probe("held", "held", target, str(_HELD_WITHIN_S), labels=_HELD)
        )
        if outcome.trouble:
            return [
                problem("network-policy", f"it was not tried: {outcome.trouble}", "Mend what it says first.")
            ]
        opened = [] if outcome.seen.get("held") else await bench.cluster.objects("NetworkPolicy")
    except Refused as e:
        return [
            problem(
                "network-policy", f"no policy can be made: {e.message}", "Give the right to make policies."
            )
        ]
    return [judge_policy(held=bool(outcome.seen.get("held")), others=_opening(opened))]


def judge_policy(*, held: bool, others: Iterable[str] = ()) -> Finding:
    """Judge whether a pod that a policy cuts off was held back."""
    if held:
        return fine("network-policy", "policies are enforced: a pod that one cuts off reaches nobody")
    if names := ", ".join(others):
        return problem(
            "network-policy",
            f"a pod that a policy cuts off still reaches another; all pods are opened here by: {names}",
            f"Policies add up: remove {names}, or let it select fewer pods.",
        )
    return problem(
        "network-policy",
        "a pod that a policy cuts off still reaches another: the cluster does not enforce network policies",
        "Install a network plug-in that does (Calico, Cilium, …): until then user servers reach each other.",
    )


def _opening(policies: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the policies that let every pod of the namespace go anywhere."""
    return [
        str(policy["metadata"]["name"])
        for policy in policies
        if policy["spec"].get("podSelector") in ({}, None) and {} in (policy["spec"].get("egress") or [])
    ]
