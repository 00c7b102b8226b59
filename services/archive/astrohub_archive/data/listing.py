"""Listing what is published: tables, rows, sizes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..catalog import Catalog
from ..models import PlainTable, Table

__all__ = ["as_json", "as_text"]


def as_json(catalog: Catalog) -> str:
    """Return the tables of a catalog as a JSON object with `tables` and `problems`."""
    tables = [
        {
            "name": table.qualified_name,
            "rows": table.rows,
            "bytes": _size_bytes(table),
            "files": len(_files(table)),
            "description": table.description,
        }
        for table in catalog.tables()
    ]
    return json.dumps({"tables": tables, "problems": list(catalog.problems)}, indent=2)


def as_text(catalog: Catalog) -> str:
    """Return the tables of a catalog as lines for people."""
    rows = [
        (table.qualified_name, f"{table.rows or 0:,} rows", f"{_size_bytes(table) / 1e6:,.1f} MB")
        for table in catalog.tables()
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    lines = [f"{name:<{widths[0]}}  {count:>{widths[1]}}  {size:>{widths[2]}}" for name, count, size in rows]
    return "\n".join([*(lines or ["No tables are published yet."]), *_warnings(catalog.problems)])


def _warnings(problems: Iterable[str]) -> list[str]:
    return [f"warning: {problem}" for problem in problems]


def _files(table: Table) -> tuple[Path, ...]:
    storage = table.storage
    if isinstance(storage, PlainTable):
        return storage.files
    return tuple(partition.path for partition in storage.partitions)


def _size_bytes(table: Table) -> int:
    storage = table.storage
    if isinstance(storage, PlainTable):
        return storage.size_bytes
    return sum(partition.size_bytes for partition in storage.partitions)
