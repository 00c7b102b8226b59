"""What a table was made of: the query and when what it read was written, or the file; and what was added.

It is kept as JSON: `query`, `file`, `format`, `tables` (`name` and `written` of each table that was read),
`job` (the id under which the archive's log tells of it), `copyOf`, and `additions` of the same kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..ivoa.times import timestamp
from ..models import HatsTable, Statement, Table

__all__ = ["copied", "of_file", "of_query", "with_addition"]

_MOST_ADDITIONS = 100


def of_query(query: str, statement: Statement) -> dict[str, Any]:
    """Return the provenance of the rows of a query; it looks at files, and blocks."""
    tables = {scan.table.qualified_name: scan.table for scan in statement.scans}
    read = [{"name": name, "written": _written(table)} for name, table in tables.items()]
    return {"query": query, "tables": read}


def of_file(file: str, form: str) -> dict[str, Any]:
    """Return the provenance of the rows of a file."""
    return {"file": file, "format": form}


def copied(former: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the provenance of a copy of a table of this name."""
    return {**former, "copyOf": name}


def with_addition(former: Mapping[str, Any], added: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return the provenance of a table to which rows were appended; of many additions the last are kept."""
    addition = {**added, "rows": rows, "made": timestamp(datetime.now(UTC))}
    return {**former, "additions": [*former.get("additions", ()), addition][-_MOST_ADDITIONS:]}


def _written(table: Table) -> str | None:
    """Return when a table's files were written: which release of it was read."""
    storage = table.storage
    files = (storage.root,) if isinstance(storage, HatsTable) else storage.files
    try:
        return timestamp(datetime.fromtimestamp(files[0].stat().st_mtime, UTC)) if files else None
    except OSError:
        return None
