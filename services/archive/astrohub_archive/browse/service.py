"""What the handler of the catalog works with."""

from __future__ import annotations

from dataclasses import dataclass

from ..identity import Identity
from ..reader import Reader
from .index import Index

__all__ = ["Browse"]


@dataclass(frozen=True)
class Browse:
    """The index of what is public, and what knows the callers' own tables."""

    identity: Identity
    reader: Reader
    index: Index
