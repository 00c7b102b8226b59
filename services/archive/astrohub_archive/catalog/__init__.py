"""What tables and columns the archive publishes.

What loads it is imported when it is asked for: processes that only look things up in a catalog that they are
handed would otherwise load pyarrow for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .registry import Catalog

if TYPE_CHECKING:
    from .load import load_catalog

__all__ = ["Catalog", "load_catalog"]


def __getattr__(name: str) -> Any:
    if name != "load_catalog":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .load import load_catalog

    return load_catalog
