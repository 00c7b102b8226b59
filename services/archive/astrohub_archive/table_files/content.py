"""What a file of a table holds."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Column

__all__ = ["Content"]


@dataclass(frozen=True)
class Content:
    """What a file of a table holds.

    Attributes
    ----------
    columns
        Its columns, in order.
    rows
        How many rows.
    size_bytes
        Size of the file.
    description
        What its author said of it.
    """

    columns: tuple[Column, ...]
    rows: int
    size_bytes: int
    description: str = ""
