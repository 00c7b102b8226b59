"""Where queries run: a pool of worker processes over locked DuckDB instances.

The face is loaded when it is asked for: worker processes import this package too, and would otherwise
load the pool's planner with all of astropy into each of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer import Answer
    from .aside import Aside, nobody
    from .estimate import Estimate
    from .faults import DamagedTable, Declined
    from .pool import Health, Lane, Pool
    from .relay import Relay
    from .whole_file import written_bytes

__all__ = [
    "Answer",
    "Aside",
    "DamagedTable",
    "Declined",
    "Estimate",
    "Health",
    "Lane",
    "Pool",
    "Relay",
    "nobody",
    "written_bytes",
]

_ROOMS = {
    "Answer": "answer",
    "Aside": "aside",
    "DamagedTable": "faults",
    "Declined": "faults",
    "Estimate": "estimate",
    "Relay": "relay",
    "nobody": "aside",
    "written_bytes": "whole_file",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_ROOMS.get(name, 'pool')}", __name__), name)
