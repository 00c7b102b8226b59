"""Network policies hold on the test cluster: shown by trying."""

from __future__ import annotations

from functools import partial

import pytest

from ..support.waiting import until
from .cluster import Cluster
from .errors import ClusterError
from .pods import ANSWER, pod

pytestmark = pytest.mark.timeout(900)

_ASK_ONCE = "timeout {seconds} bash -c 'exec 3<>/dev/tcp/{address}/8080; cat <&3' 2>/dev/null || echo refused"
#: Who may ask has its answer within that time on any machine; who may not waits less in vain.
_ANSWER_S, _REFUSED_S = 120, 5


def _policy(name: str, **spec: object) -> dict[str, object]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": spec,
    }


def _answering(cluster: Cluster, namespace: str, *askers: str) -> str:
    """Start a pod that answers and some that ask; return the address of the first."""
    cluster.apply(pod("answer", ANSWER), *(pod(name) for name in askers), namespace=namespace)
    names = [f"pod/{name}" for name in ("answer", *askers)]
    cluster.kubectl("wait", "--namespace", namespace, "--for=condition=Ready", "--timeout=240s", *names)
    return str(cluster.get("pod", "answer", "--namespace", namespace)["status"]["podIP"])


def _ask(cluster: Cluster, namespace: str, asker: str, address: str) -> str:
    ask = _ASK_ONCE.format(address=address, seconds=_REFUSED_S)
    return cluster.kubectl("exec", asker, "--namespace", namespace, "--", "sh", "-c", ask).strip()


def test_only_who_is_let_in_gets_an_answer(cluster: Cluster, namespace: str) -> None:
    address = _answering(cluster, namespace, "friend", "stranger")
    until(lambda: _ask(cluster, namespace, "stranger", address) == "here", "the answer without a policy")
    friends = [{"podSelector": {"matchLabels": {"app": "friend"}}}]
    only = {"from": friends, "ports": [{"port": "answer"}]}
    selected = {"matchLabels": {"app": "answer"}}
    cluster.apply(_policy("only-friends", podSelector=selected, ingress=[only]), namespace=namespace)
    until(lambda: _ask(cluster, namespace, "stranger", address) == "refused", "the policy")
    until(lambda: _ask(cluster, namespace, "friend", address) == "here", "the answer for a friend")
    cluster.kubectl("delete", "networkpolicy", "only-friends", "--namespace", namespace)
    until(lambda: _ask(cluster, namespace, "stranger", address) == "here", "the end of the policy")


def test_a_pod_is_held_back_from_its_first_packet_on(cluster: Cluster, namespace: str) -> None:
    address = _answering(cluster, namespace)
    selected = {"matchLabels": {"kept": "in"}}
    closed = _policy("nothing-out", podSelector=selected, policyTypes=["Egress"])
    cluster.apply(closed, namespace=namespace)
    ask, patiently = (
        ("sh", "-c", _ASK_ONCE.format(address=address, seconds=seconds))
        for seconds in (_REFUSED_S, _ANSWER_S)
    )
    cluster.apply(
        *(pod(f"eager-{number}", ask, {"kept": "in"}) for number in range(3)),
        pod("free", patiently),
        namespace=namespace,
    )
    ended = "--for=jsonpath={.status.phase}=Succeeded"
    cluster.kubectl("wait", "--namespace", namespace, ended, "--timeout=240s", "pod", "--selector", "kept=in")
    cluster.kubectl("wait", "--namespace", namespace, ended, "--timeout=240s", "pod/free")
    assert cluster.kubectl("logs", "free", "--namespace", namespace).strip() == "here"
    for number in range(3):
        said = cluster.kubectl("logs", f"eager-{number}", "--namespace", namespace)
        assert said.strip() == "refused"


def test_a_pod_that_may_not_reach_the_node_reaches_no_api_server(cluster: Cluster, namespace: str) -> None:
    if cluster.first is None:
        pytest.skip("the address of the API server is known on our own cluster only")
    _answering(cluster, namespace, "asker")
    where = ("exec", "asker", "--namespace", namespace, "--", "timeout", str(_REFUSED_S), "bash", "-c")
    servers = ("10.96.0.1/443", f"{cluster.node_ip}/6443", f"{cluster.node_ip}/10250")

    def reaches(server: str) -> bool:
        try:
            return cluster.kubectl(*where, f"exec 3<>/dev/tcp/{server} && echo open").strip() == "open"
        except ClusterError:
            return False

    def is_closed(server: str) -> bool:
        return not reaches(server)

    for server in servers:
        until(partial(reaches, server), f"the way to {server}")
    pods_only: list[object] = [{"to": [{"namespaceSelector": {}}]}]
    cluster.apply(
        _policy("pods-only", podSelector={}, policyTypes=["Egress"], egress=pods_only), namespace=namespace
    )
    for server in servers:
        until(partial(is_closed, server), f"the policy, for {server}")
