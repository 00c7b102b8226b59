"""What can go wrong with the test cluster, in one sentence."""

from __future__ import annotations

__all__ = ["ClusterError"]


class ClusterError(Exception):
    """The test cluster cannot be built, started or used; the message says why and what to do."""
