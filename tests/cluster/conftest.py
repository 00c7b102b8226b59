"""Fixtures of the tests on a real Kubernetes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from .cluster import Cluster
from .errors import ClusterError
from .report import Report
from .requirements_of_machine import obstacle
from .session import GIVEN, given_cluster, running_by_hand, usable_cluster
from .traces import traces


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what needs a machine without a cluster before one is started for all the others."""
    items.sort(key=lambda item: "no_cluster" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a cluster, shared by all tests of a run; one of our own must leave nothing behind."""
    report = Report()
    ours = not (given_cluster(report) or running_by_hand())
    if ours and (reason := obstacle()):
        pytest.skip(reason)
    before = traces() if ours else {}
    with usable_cluster(report) as usable:
        report.say(f"The test cluster is usable after {report.elapsed():.1f} s")
        yield usable
    if ours:
        assert traces() == before, "The test cluster left something behind"


@pytest.fixture
def no_cluster() -> Report:
    """Make sure that no cluster runs, and that one can be started."""
    if reason := obstacle():
        pytest.skip(reason)
    if running_by_hand() or given_cluster(Report()):
        pytest.skip(f"needs `python -m tests.cluster down`, and {GIVEN} unset: it starts clusters of its own")
    return Report()


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
