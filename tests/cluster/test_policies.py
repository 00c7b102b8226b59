"""What network policies allow is worked out as Kubernetes describes it."""

from __future__ import annotations

from typing import Any

import pytest

from .addons.policies import Pod, isolate
from .addons.ruleset import ruleset
from .addons.selectors import selects

_HUB = Pod("main", {"app": "hub"}, "10.244.0.2", {("http", "TCP"): 8081})
_LAB = Pod("main", {"app": "lab"}, "10.244.0.3", {})
_AWAY = Pod("away", {"app": "lab"}, "10.244.0.4", {})
_PODS = [_HUB, _LAB, _AWAY]
_NAMESPACES = {"main": {"kind": "ours"}, "away": {"kind": "theirs"}}


def _policy(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "main", "name": "p"}, "spec": {"podSelector": {}} | spec}


def _incoming(rule: dict[str, Any]) -> list[str]:
    hub = {"matchLabels": {"app": "hub"}}
    return isolate(_PODS, _NAMESPACES, [_policy(podSelector=hub, ingress=[rule])]).incoming[_HUB.address]


def test_a_policy_without_rules_lets_nothing_in_and_everything_out() -> None:
    isolation = isolate(_PODS, _NAMESPACES, [_policy()])
    assert isolation.incoming == {_HUB.address: [], _LAB.address: []}
    assert isolation.outgoing == {}


def test_an_empty_rule_lets_everything_in() -> None:
    assert _incoming({}) == [""]


@pytest.mark.parametrize(
    ("peer", "addresses"),
    [
        ({"podSelector": {"matchLabels": {"app": "lab"}}}, "10.244.0.3"),
        ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "lab"}}}, "10.244.0.3, 10.244.0.4"),
        ({"namespaceSelector": {"matchLabels": {"kind": "theirs"}}}, "10.244.0.4"),
    ],
)
def test_a_peer_means_pods_of_its_own_namespace_unless_it_names_others(
    peer: dict[str, Any], addresses: str
) -> None:
    assert _incoming({"from": [peer]}) == [f"ip saddr {{ {addresses} }}"]


def test_peers_that_mean_nobody_let_nobody_in() -> None:
    assert _incoming({"from": [{"podSelector": {"matchLabels": {"app": "gone"}}}]}) == []


def test_a_block_of_addresses_has_exceptions() -> None:
    block = {"cidr": "10.0.0.0/8", "except": ["10.96.0.0/16", "10.246.0.0/30"]}
    wanted = "ip saddr 10.0.0.0/8 ip saddr != 10.96.0.0/16 ip saddr != 10.246.0.0/30"
    assert _incoming({"from": [{"ipBlock": block}]}) == [wanted]


@pytest.mark.parametrize(
    ("port", "match"),
    [
        ({"port": 53, "protocol": "UDP"}, "udp dport 53"),
        ({"port": 8000, "endPort": 8010}, "tcp dport 8000-8010"),
        ({"port": "http"}, "tcp dport 8081"),
        ({"protocol": "UDP"}, "meta l4proto udp"),
    ],
)
def test_a_port_is_a_number_a_range_or_a_name(port: dict[str, Any], match: str) -> None:
    assert _incoming({"ports": [port]}) == [match]


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ({"key": "app", "operator": "In", "values": ["lab"]}, True),
        ({"key": "app", "operator": "NotIn", "values": ["lab"]}, False),
        ({"key": "tier", "operator": "NotIn", "values": ["x"]}, True),
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
    ],
)
def test_an_expression_selects(expression: dict[str, Any], selected: bool) -> None:
    assert selects({"matchExpressions": [expression]}, {"app": "lab"}) is selected


def test_the_rules_send_each_isolated_pod_through_its_own_chain() -> None:
    text = ruleset(
        isolate(_PODS, _NAMESPACES, [_policy(policyTypes=["Egress"], egress=[{"ports": [{"port": 53}]}])])
    )
    assert "chain out_10_244_0_3 {\ntcp dport 53 return\ncounter drop\n}" in text
    assert text.count("10.244.0.3 : jump out_10_244_0_3") == 2
    assert "10.244.0.4" not in text
