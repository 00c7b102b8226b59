"""Loading the catalog: every schema described in the folder of public data."""

from __future__ import annotations

import logging
from pathlib import Path

from ..errors import CatalogError
from ..models import HatsTable, Schema, Table
from .describe import describe_columns, describe_keys
from .felis import FelisSchema, FelisTable, read_felis
from .registry import Catalog
from .storage import Stored, read_storage

__all__ = ["Remembered", "load_catalog"]

_log = logging.getLogger(__name__)

Remembered = dict[Path, tuple[tuple[int, int], Stored]]
"""What was read of each table's folder, and which folder that was."""


def load_catalog(public: Path, remembered: Remembered | None = None, files_url: str = "") -> Catalog:
    """Read the Felis descriptions and the HATS collections below `public`.

    A schema is a folder that holds a description of its own name, `<schema>/<schema>.yaml`. A table
    whose files are damaged is left out, logged and listed in `Catalog.problems`; everything else is
    served.

    Parameters
    ----------
    public
        The folder.
    remembered
        What was read before, and is not read again while its folder is the same; it is brought up to date.
    files_url
        The address of public files, if they are served.

    Raises
    ------
    CatalogError
        When the folder or a description cannot be read; it names the file.
    """
    public = public.resolve()
    try:
        folders = sorted(path for path in public.iterdir() if path.is_dir() and path.name[:1] != ".")
    except OSError as e:
        raise CatalogError(f"The folder of public data {public} cannot be read: {e.strerror}.") from e
    memory: Remembered = {} if remembered is None else remembered
    for path in [path for path in memory if not path.exists()]:
        del memory[path]
    schemas: list[Schema] = []
    problems: list[str] = []
    for folder in folders:
        description = folder / f"{folder.name}.yaml"
        if description.exists():
            schemas.append(_load_schema(description, problems, memory, files_url))
    for problem in problems:
        _log.error("table-left-out", extra={"problem": problem})
    return Catalog(schemas, problems)


def _load_schema(description: Path, problems: list[str], memory: Remembered, files_url: str) -> Schema:
    felis = read_felis(description)
    if felis.name != description.stem:
        raise CatalogError(f"The description {description} is of a schema {felis.name}; rename one of them.")
    tables: list[Table] = []
    for table in sorted(felis.tables, key=lambda t: (t.table_index is None, t.table_index or 0)):
        try:
            tables.append(_load_table(felis, table, description, memory, files_url))
        except CatalogError as e:
            problems.append(f"The table {felis.name}.{table.name} is left out. {e.message}")
    keys = describe_keys(felis, (table.name for table in tables))
    return Schema(felis.name, tuple(tables), felis.description, felis.utype, keys)


def _load_table(
    schema: FelisSchema, table: FelisTable, description: Path, memory: Remembered, files_url: str
) -> Table:
    stored = _read_once(description.parent / table.name, memory)
    missing = [column.name for column in table.columns if column.name not in stored.columns]
    if missing:
        raise CatalogError(f"{description} describes columns that no file has: {', '.join(missing)}.")
    return Table(
        schema=schema.name,
        name=table.name,
        columns=describe_columns(table, _indexed(stored), files_url),
        storage=stored.storage,
        description=table.description,
        utype=table.utype,
        rows=stored.rows,
    )


def _read_once(folder: Path, memory: Remembered) -> Stored:
    """Read what a folder holds, unless it was read before and is still the same folder."""
    try:
        state = folder.stat()
    except OSError:
        return read_storage(folder)
    mark = (state.st_ino, state.st_mtime_ns)
    known = memory.get(folder)
    if known is None or known[0] != mark:
        known = memory[folder] = mark, read_storage(folder)
    return known[1]


def _indexed(stored: Stored) -> set[str]:
    if not isinstance(stored.storage, HatsTable):
        return set()
    return {stored.storage.ra_column, stored.storage.dec_column, *stored.storage.indexes}
