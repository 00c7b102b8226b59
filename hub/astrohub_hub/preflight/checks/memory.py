"""Memory: whether a node ends one process of a server that takes too much, or the whole server."""

from __future__ import annotations

from ..findings import Finding, fine, problem, warning
from ..trying import Bench

__all__ = ["check_memory", "judge_memory"]


async def check_memory(bench: Bench) -> list[Finding]:
    """Have a pod look at its own control group."""
    outcome = await bench.run(bench.maker.probe("memory", "memory"))
    if outcome.trouble:
        return [problem("memory", f"no probe can be started: {outcome.trouble}", "Mend what it says first.")]
    node = str(outcome.pod["spec"].get("nodeName", ""))
    return [judge_memory(node, all_end=bool(outcome.seen["allEnd"]))]


def judge_memory(node: str, *, all_end: bool) -> Finding:
    """Judge what a node does with a container whose memory is used up.

    Parameters
    ----------
    node
        Its name.
    all_end
        Whether all processes of the container end with the one that took too much, as the kubelet asks for by
        `memory.oom.group` where control groups are of version 2.
    """
    if not all_end:
        return fine("memory", f"on the node {node} a kernel that takes too much memory ends alone")
    return warning(
        "memory",
        f"on the node {node} a kernel that takes too much memory ends the whole server with it",
        "Set `singleProcessOOMKill: true` in the kubelet's configuration of nodes that run user servers "
        "(Kubernetes 1.32 or later).",
    )
