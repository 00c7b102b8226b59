"""Whom a Lab reaches over the network, shown by trying."""

from __future__ import annotations

import pytest

from ..places import NODE_IP, SERVICE_API
from .asking import until_told
from .site import Lab

_TRY = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 4).close()"


def _reaches(lab: Lab, host: str, port: int) -> bool:
    return not lab.fails("/opt/astrohub/bin/python", "-c", _TRY, host, str(port))


@pytest.mark.parametrize(("host", "port"), [("archive", 8090), ("hub", 8081), ("proxy-public", 80)])
def test_a_lab_reaches_what_it_needs(lab: Lab, host: str, port: int) -> None:
    until_told(lambda: _reaches(lab, host, port), f"the way to {host}")


@pytest.mark.parametrize(
    ("host", "port"),
    [(SERVICE_API, 443), (NODE_IP, 6443), (NODE_IP, 10250), ("proxy-api", 8001), ("169.254.169.254", 80)],
    ids=["API server", "API server on the node", "kubelet", "API of the proxy", "metadata"],
)
def test_a_lab_does_not_reach_what_runs_the_cluster(lab: Lab, host: str, port: int) -> None:
    assert not _reaches(lab, host, port)
