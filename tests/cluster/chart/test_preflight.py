"""Preflight on a real cluster: what is broken is found and named, by the command and by the chart's Job."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..cluster import Cluster
from ..errors import ClusterError
from ..places import CLONE
from .site import PATIENCE_S

CHART = CLONE / "helm" / "astrohub"


@pytest.fixture
def told(images: dict[str, str]) -> dict[str, Any]:
    """What preflight is told of a site that could be installed here."""
    return {
        "publicUrl": "http://127.0.0.1:8000",
        "probeImage": images["hub"],
        "volumes": [{"name": "files", "claim": "astrohub-files", "storageClass": "shared"}],
        "servers": [{"name": "default", "memoryGuarantee": "2G"}],
        "patienceS": PATIENCE_S,
    }


def _preflight(
    cluster: Cluster, namespace: str, told: dict[str, Any], file: Path
) -> tuple[int, dict[str, str]]:
    """Run the command beside the cluster; return its exit status, and the problems by check."""
    file.write_text(json.dumps(told))
    words = [sys.executable, "-m", "astrohub_hub.admin", "preflight", "--json"]
    words += ["--config", str(file), "--namespace", namespace]
    done = subprocess.run(words, env=cluster.variables, capture_output=True, text=True, check=False)
    findings = json.loads(done.stdout)["findings"]
    return done.returncode, {f["check"]: f["said"] for f in findings if f["state"] == "problem"}


def test_a_cluster_that_has_all_passes_and_keeps_nothing(
    cluster: Cluster, namespace: str, told: dict[str, Any], tmp_path: Path
) -> None:
    assert _preflight(cluster, namespace, told, tmp_path / "told.json") == (0, {})
    kinds = "pods,persistentvolumeclaims,networkpolicies"
    left = cluster.get(kinds, "--namespace", namespace)["items"]
    assert [item for item in left if "deletionTimestamp" not in item["metadata"]] == []


def test_what_is_broken_is_named(
    cluster: Cluster, namespace: str, told: dict[str, Any], tmp_path: Path
) -> None:
    told["volumes"].append({"name": "public", "claim": "astrohub-public", "storageClass": "none-such"})
    told["secret"] = "none-such"
    little = {"metadata": {"name": "little"}, "spec": {"hard": {"requests.memory": "1Gi"}}}
    # Policies add up: with this one the policy that preflight tries holds nobody, as where none is enforced.
    opened = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ResourceQuota", **little},
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "open"},
            "spec": opened,
        },
        namespace=namespace,
    )
    status, problems = _preflight(cluster, namespace, told, tmp_path / "told.json")
    assert (status, set(problems)) == (1, {"storage", "secret", "quota", "network-policy"})
    assert '"none-such" not found' in problems["storage"]
    assert "all pods are opened here by: open" in problems["network-policy"]
    assert "default need 2.0Gi" in problems["quota"]


def test_an_install_is_refused_while_there_is_a_problem(
    cluster: Cluster, namespace: str, values: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "values.json"
    file.write_text(json.dumps(values | {"preflight": {"beforeInstall": True}}))
    words = ["--namespace", namespace, "--values", str(file), f"--timeout={PATIENCE_S}s"]
    with pytest.raises(ClusterError, match=r"pre-install|BackoffLimitExceeded|job failed"):
        cluster.helm("install", "site", CHART, *words)
    said = cluster.kubectl("--namespace", namespace, "logs", "job/preflight")
    assert "there is no Secret astrohub-secrets" in said
    # A busy machine may have others; the Secret is one on any.
    assert re.search(r"\d+ problems? in", said)
    assert cluster.get("deployments", "--namespace", namespace)["items"] == []
