"""A part of the cluster can be taken away, and what does not need it goes on."""

from __future__ import annotations

import socket

import pytest

from ..support.waiting import until
from .cluster import Cluster
from .errors import ClusterError
from .pods import ANSWER, pod

pytestmark = pytest.mark.timeout(900)


def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, 8080), timeout=10) as line:
            return line.makefile().read() == "here\n"
    except OSError:
        return False


def _is_there(cluster: Cluster) -> bool:
    try:
        return cluster.kubectl("get", "--raw=/readyz", "--request-timeout=5s") == "ok"
    except ClusterError:
        return False


def test_without_its_api_server_pods_go_on_and_policies_hold_again_after(
    cluster: Cluster, namespace: str
) -> None:
    if cluster.first is None:
        pytest.skip("nothing is taken away from a cluster that is not ours")
    cluster.apply(pod("answer", ANSWER), namespace=namespace)
    cluster.kubectl("wait", "--namespace", namespace, "--for=condition=Ready", "--timeout=240s", "pod/answer")
    address = cluster.get("pod", "answer", "--namespace", namespace)["status"]["podIP"]
    with cluster.without("kube-apiserver"):
        assert not _is_there(cluster)
        until(lambda: _answers(address), "the answer of the pod that goes on")
    until(lambda: _is_there(cluster), "the API server", timeout_s=240)
    closed = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "closed"},
        "spec": {"podSelector": {}},
    }
    cluster.apply(closed, namespace=namespace)
    until(lambda: not _answers(address), "the policy", timeout_s=240)


def test_what_does_not_run_cannot_be_taken_away(cluster: Cluster) -> None:
    with pytest.raises(ClusterError), cluster.without("kube-nothing"):
        pytest.fail("it was taken away")
