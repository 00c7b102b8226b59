"""The cluster that tests run on: one that was given, one that runs by hand, or one of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .cluster import Cluster
from .errors import ClusterError
from .node.box import bring_up, take_down
from .node.record import read_record
from .places import KUBECONFIG
from .report import Report
from .requirements_of_machine import obstacle
from .supply.binaries import build_binaries
from .supply.everything import make_everything
from .warden import watched

__all__ = ["GIVEN", "given_cluster", "running_by_hand", "usable_cluster"]

#: Names a kubeconfig of a cluster to use instead of one of our own. KUBECONFIG itself is not taken: whoever
#: has it set works on a cluster that tests should not touch.
GIVEN = "ASTROHUB_TEST_KUBECONFIG"


def given_cluster(report: Report) -> Cluster | None:
    """Return the cluster that somebody names in the environment.

    Raises
    ------
    ClusterError
        When the file is not there.
    """
    if not (named := os.environ.get(GIVEN)):
        return None
    file = Path(named).expanduser()
    if not file.is_file():
        raise ClusterError(f"{GIVEN} names {file}, which is not there.")
    return Cluster(file, build_binaries(report))


def running_by_hand() -> Cluster | None:
    """Return the cluster that `python -m tests.cluster up` started."""
    record = read_record()
    if not os.access(KUBECONFIG, os.R_OK):
        return None
    if record and record.ready and record.lives() and record.owner is None:
        return Cluster(KUBECONFIG, Path(record.binaries), first=record.first)
    return None


@contextmanager
def usable_cluster(report: Report) -> Iterator[Cluster]:
    """Give a cluster; one of our own is taken down at the end, also when this process dies.

    Raises
    ------
    ClusterError
        When there is none and none can be started.
    """
    if found := given_cluster(report) or running_by_hand():
        yield found
        return
    if reason := obstacle():
        raise ClusterError(reason)
    supply = make_everything(report)
    with watched(os.getpid()):
        record = bring_up(supply, report, owner=os.getpid())
        try:
            yield Cluster(KUBECONFIG, supply.binaries, first=record.first)
        finally:
            take_down(report)
