"""TAP_SCHEMA: the catalog as tables that a query can read (TAP 1.1, §4)."""

from __future__ import annotations

from pathlib import Path

from .registry import Catalog

__all__ = ["publish"]


def publish(catalog: Catalog, work_dir: Path) -> Catalog:
    """Write TAP_SCHEMA's five tables below `work_dir` and return the catalog with schema `tap_schema` added.

    Raises
    ------
    CatalogError
        When the files cannot be written.
    """
    raise NotImplementedError
