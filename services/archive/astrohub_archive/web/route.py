"""The route of a request: its address with placeholders, fit for logs."""

from __future__ import annotations

from starlette.types import Scope

__all__ = ["route_of"]


def route_of(scope: Scope) -> str:
    """Return the pattern that an address fitted (`…/async/{job_id}`), never the address itself.

    The id of an anonymous job opens it to whoever knows it, and what fits no pattern may be anything.
    """
    return str(getattr(scope.get("route"), "path", "(none)"))
