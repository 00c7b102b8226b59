"""A pod of the test cluster starts, answers, is found by name, keeps files and is killed, as on any other."""

from __future__ import annotations

import json
import socket

import pytest

from ..support.waiting import until
from .cluster import Cluster
from .errors import ClusterError
from .pods import ANSWER, SLEEP, pod, pod_with

pytestmark = pytest.mark.timeout(900)


def _ready(cluster: Cluster, namespace: str, *names: str) -> None:
    pods = [f"pod/{name}" for name in names]
    cluster.kubectl("wait", "--namespace", namespace, "--for=condition=Ready", "--timeout=240s", *pods)


def _claim(name: str, storage_class: str, mode: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": [mode],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def test_the_node_is_ready_and_tells_its_version(cluster: Cluster) -> None:
    (node,) = cluster.get("nodes")["items"] if cluster.first else cluster.get("nodes")["items"][:1]
    ready = next(one for one in node["status"]["conditions"] if one["type"] == "Ready")
    assert ready["status"] == "True"
    assert node["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.")
    assert cluster.node_ip


def test_helm_installs_a_chart(
    cluster: Cluster, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chart = tmp_path_factory.mktemp("chart")
    chart.joinpath("templates").mkdir()
    chart.joinpath("Chart.yaml").write_text(
        "apiVersion: v2\nname: small\nversion: 0.1.0\nkubeVersion: '>=1.30.0-0'\n"
    )
    kept = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "of-{{ .Release.Name }}"}}
    chart.joinpath("templates", "kept.yaml").write_text(json.dumps(kept))
    cluster.helm("install", "mine", chart, "--namespace", namespace, "--wait")
    assert cluster.get("configmap", "of-mine", "--namespace", namespace)["metadata"]["name"] == "of-mine"


def test_a_pod_becomes_ready_and_can_be_talked_to(cluster: Cluster, namespace: str) -> None:
    cluster.apply(pod("talker", ("sh", "-c", "echo first words; exec sleep infinity")), namespace=namespace)
    _ready(cluster, namespace, "talker")
    assert "first words" in cluster.kubectl("logs", "talker", "--namespace", namespace)
    said = cluster.kubectl("exec", "talker", "--namespace", namespace, "--", "sh", "-c", "echo $((6*7))")
    assert said.strip() == "42"


def test_a_service_is_found_by_name_and_answers(cluster: Cluster, namespace: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "answer"},
        "spec": {"selector": {"app": "answer"}, "ports": [{"port": 80, "targetPort": "answer"}]},
    }
    cluster.apply(pod("answer", ANSWER), pod("asker"), service, namespace=namespace)
    _ready(cluster, namespace, "answer", "asker")
    ask = f"exec 3<>/dev/tcp/answer.{namespace}.svc.cluster.local/80; cat <&3"
    where = ("exec", "asker", "--namespace", namespace, "--", "bash", "-c")

    def answers() -> bool:
        try:
            return cluster.kubectl(*where, ask).strip() == "here"
        except ClusterError:  # Its address gets around a moment after it is ready.
            return False

    # After an outage of the API server those who carry addresses around may ask again only a minute later.
    until(answers, "the answer of the service", timeout_s=240)
    with pytest.raises(ClusterError):
        cluster.kubectl(*where, "getent hosts example.org")


def test_a_port_is_forwarded_to_this_machine(cluster: Cluster, namespace: str) -> None:
    cluster.apply(pod("answer", ANSWER), namespace=namespace)
    _ready(cluster, namespace, "answer")
    forwarding = cluster.start("port-forward", "pod/answer", ":8080", "--namespace", namespace)
    try:
        assert forwarding.stdout is not None
        said = forwarding.stdout.readline()
        port = int(said.split("127.0.0.1:")[1].split()[0])
        with socket.create_connection(("127.0.0.1", port), timeout=240) as line:
            assert line.makefile().read() == "here\n"
    finally:
        forwarding.kill()
        forwarding.wait()


def test_a_volume_outlives_its_pod(cluster: Cluster, namespace: str) -> None:
    writing = ("sh", "-c", "echo kept > /volume/file")
    cluster.apply(
        _claim("home", "standard", "ReadWriteOnce"), pod_with("writer", "home", writing), namespace=namespace
    )
    done = "--for=jsonpath={.status.phase}=Succeeded"
    cluster.kubectl("wait", "--namespace", namespace, done, "--timeout=240s", "pod/writer")
    cluster.kubectl("delete", "pod", "writer", "--namespace", namespace)
    cluster.apply(pod_with("reader", "home"), namespace=namespace)
    _ready(cluster, namespace, "reader")
    assert (
        cluster.kubectl("exec", "reader", "--namespace", namespace, "--", "cat", "/volume/file") == "kept\n"
    )


def test_two_pods_share_a_volume_and_it_goes_with_its_claim(cluster: Cluster, namespace: str) -> None:
    claim = _claim("project", "shared", "ReadWriteMany")
    cluster.apply(claim, pod_with("one", "project"), pod_with("two", "project"), namespace=namespace)
    _ready(cluster, namespace, "one", "two")
    where = ("exec", "--namespace", namespace)
    cluster.kubectl(*where, "one", "--", "sh", "-c", "echo both > /volume/file")
    assert cluster.kubectl(*where, "two", "--", "cat", "/volume/file") == "both\n"
    volume = cluster.get("pvc", "project", "--namespace", namespace)["spec"]["volumeName"]
    cluster.kubectl("delete", "pod", "one", "two", "--namespace", namespace)
    cluster.kubectl("delete", "pvc", "project", "--namespace", namespace)
    listed = ("get", "pv", volume, "--ignore-not-found", "--output=name")
    until(lambda: not cluster.kubectl(*listed), "the end of the volume")


def test_a_pod_that_takes_too_much_memory_is_killed_and_says_so(cluster: Cluster, namespace: str) -> None:
    greedy = pod("greedy", ("perl", "-e", '$much = "a" x 200_000_000; sleep 100'))
    greedy["spec"]["containers"][0]["resources"] = {"limits": {"memory": "64Mi"}}
    cluster.apply(greedy, namespace=namespace)
    reason = "{.status.containerStatuses[0].state.terminated.reason}"
    wait = ("wait", "--namespace", namespace, "--timeout=240s", "pod/greedy")
    assert cluster.kubectl(*wait, f"--for=jsonpath={reason}=OOMKilled")


def test_an_image_that_is_not_there_is_told_at_once(cluster: Cluster, namespace: str) -> None:
    lost = pod("lost", SLEEP)
    lost["spec"]["containers"][0] |= {"image": "astrohub.test/nothing:1", "imagePullPolicy": "Never"}
    cluster.apply(lost, namespace=namespace)
    reason = "{.status.containerStatuses[0].state.waiting.reason}"
    wait = ("wait", "--namespace", namespace, "--timeout=240s", "pod/lost")
    assert cluster.kubectl(*wait, f"--for=jsonpath={reason}=ErrImageNeverPull")
