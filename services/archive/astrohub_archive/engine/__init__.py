"""Where queries run: a pool of worker processes over locked DuckDB instances.

The face is loaded when it is asked for: worker processes import this package too, and would otherwise
load the pool's planner with all of astropy into each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer import Answer
    from .pool import Health, Lane, Pool

__all__ = ["Answer", "Health", "Lane", "Pool"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import answer, pool

    return getattr(answer if name == "Answer" else pool, name)
