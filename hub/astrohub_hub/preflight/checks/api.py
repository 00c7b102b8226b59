"""The API server: its version, and whether clocks agree."""

from __future__ import annotations

import re

from ..cluster import Cluster
from ..findings import Finding, fine, problem

__all__ = ["check_api", "judge_clock", "judge_version"]

OLDEST = (1, 28)
#: Tokens and certificates bear this much.
CLOCK_S = 5.0


async def check_api(cluster: Cluster) -> list[Finding]:
    """Ask the API server for its version and time."""
    version, ahead_s = await cluster.version()
    return [judge_version(version), judge_clock("the API server's clock", ahead_s)]


def judge_version(version: str) -> Finding:
    """Judge a version such as `v1.34.1`."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) >= OLDEST:
        return fine("api", f"the API server answers, Kubernetes {version}")
    wanted = ".".join(map(str, OLDEST))
    return problem(
        "api", f"Kubernetes is {version}, {wanted} is the oldest that will do", "Upgrade the cluster."
    )


def judge_clock(whose: str, ahead_s: float) -> Finding:
    """Judge by how many seconds a clock is ahead of ours."""
    if abs(ahead_s) <= CLOCK_S:
        return fine("clock", f"{whose} agrees with the one here")
    direction = "ahead of" if ahead_s > 0 else "behind"
    said = f"{whose} is {abs(ahead_s):.0f} s {direction} the one here; tokens and certificates will fail"
    return problem("clock", said, "Let chrony or systemd-timesyncd run on every node, and on this machine.")
