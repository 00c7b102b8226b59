"""Fixtures of the tests on a real Kubernetes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from .cluster import Cluster
from .errors import ClusterError
from .report import Report
from .requirements_of_machine import obstacle
from .session import given_cluster, running_by_hand, usable_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a cluster, shared by all tests of a run."""
    report = Report()
    if not (given_cluster(report) or running_by_hand()) and (reason := obstacle()):
        pytest.skip(reason)
    with usable_cluster(report) as usable:
        report.say(f"The test cluster is usable after {report.elapsed():.1f} s")
        yield usable


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """Return a namespace of the test's own, removed with all that is in it; nobody waits for that."""
    name = f"test-{secrets.token_hex(4)}"
    cluster.kubectl("create", "namespace", name)
    yield name
    try:
        cluster.kubectl("delete", "namespace", name, "--wait=false")
    except ClusterError as e:
        pytest.fail(f"The namespace {name} could not be removed: {e}")
