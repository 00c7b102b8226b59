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

__all__ = ["load_catalog"]

_log = logging.getLogger(__name__)


def load_catalog(public: Path) -> Catalog:
    """Read the Felis descriptions and the HATS collections below `public`.

    A schema is a folder that holds a description of its own name, `<schema>/<schema>.yaml`. A table
    whose files are damaged is left out, logged and listed in `Catalog.problems`; everything else is
    served.

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
    schemas: list[Schema] = []
    problems: list[str] = []
    for folder in folders:
        description = folder / f"{folder.name}.yaml"
        if description.exists():
            schemas.append(_load_schema(description, problems))
    for problem in problems:
        _log.error("table-left-out", extra={"problem": problem})
    return Catalog(schemas, problems)


def _load_schema(description: Path, problems: list[str]) -> Schema:
    felis = read_felis(description)
    if felis.name != description.stem:
        raise CatalogError(f"The description {description} is of a schema {felis.name}; rename one of them.")
    tables: list[Table] = []
    for table in sorted(felis.tables, key=lambda t: (t.table_index is None, t.table_index or 0)):
        try:
            tables.append(_load_table(felis, table, description))
        except CatalogError as e:
            problems.append(f"The table {felis.name}.{table.name} is left out. {e.message}")
    keys = describe_keys(felis, (table.name for table in tables))
    return Schema(felis.name, tuple(tables), felis.description, felis.utype, keys)


def _load_table(schema: FelisSchema, table: FelisTable, description: Path) -> Table:
    stored = read_storage(description.parent / table.name)
    missing = [column.name for column in table.columns if column.name not in stored.columns]
    if missing:
        raise CatalogError(f"{description} describes columns that no file has: {', '.join(missing)}.")
    return Table(
        schema=schema.name,
        name=table.name,
        columns=describe_columns(table, _indexed(stored)),
        storage=stored.storage,
        description=table.description,
        utype=table.utype,
        rows=stored.rows,
    )


def _indexed(stored: Stored) -> set[str]:
    if not isinstance(stored.storage, HatsTable):
        return set()
    return {stored.storage.ra_column, stored.storage.dec_column, *stored.storage.indexes}
