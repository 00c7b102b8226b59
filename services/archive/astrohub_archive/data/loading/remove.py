"""Removing a table that was loaded."""

from __future__ import annotations

from pathlib import Path

from ...errors import CatalogError
from .names import TableName
from .publication import withdraw

__all__ = ["remove_table"]


def remove_table(public: Path, name: TableName) -> None:
    """Remove a published table with its files and its description.

    Raises
    ------
    CatalogError
        When it is not there, or its files cannot be removed.
    """
    try:
        withdraw(public, name)
    except OSError as e:
        raise CatalogError(f"The table {name} could not be removed: {e.strerror or e}.") from e
