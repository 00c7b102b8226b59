"""TAP_SCHEMA: the catalog as tables that a query can read (TAP 1.1, §4)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import CatalogError
from ..models import Column, Key, PlainTable, Schema, Table
from .registry import Catalog
from .reserved import as_identifier

__all__ = ["publish", "publish_for_one"]

_SCHEMA = "tap_schema"
_DESCRIPTION = "What this service publishes: its schemas, tables, columns and keys (TAP 1.1)."
# A query of a day may still read what its owner's tables were when it began.
_KEPT_S = 86_400 + 3_600
_ARROW = {"char": pa.string(), "int": pa.int32()}


def _text(name: str, description: str, size: str = "*") -> Column:
    return Column(name, "char", size, description=description, principal=True, std=True)


def _number(name: str, description: str) -> Column:
    return Column(name, "int", description=description, principal=True, std=True)


_TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "schemas": (
        "The schemas of this service.",
        (
            _text("schema_name", "Name of the schema, as a query writes it.", "64*"),
            _text("utype", "Utype of the schema, if it follows a data model.", "512*"),
            _text("description", "What the schema holds."),
            _number("schema_index", "Recommended place among the schemas."),
        ),
    ),
    "tables": (
        "The tables of this service.",
        (
            _text("schema_name", "Schema that the table belongs to.", "64*"),
            _text("table_name", "Name of the table, as a query writes it.", "256*"),
            _text("table_type", "What it is: table or view.", "8*"),
            _text("utype", "Utype of the table, if it follows a data model.", "512*"),
            _text("description", "What the table holds."),
            _number("table_index", "Recommended place among the tables of its schema."),
        ),
    ),
    "columns": (
        "The columns of all tables.",
        (
            _text("table_name", "Table that the column belongs to.", "256*"),
            _text("column_name", "Name of the column, as a query writes it.", "128*"),
            _text("datatype", "Datatype in the words of VOTable.", "32*"),
            _text("arraysize", "Arraysize in the words of VOTable.", "16*"),
            _text("xtype", "Extended type in the words of DALI.", "64*"),
            _number("size", "Length of a variable-length column; use arraysize instead."),
            _text("description", "What the column holds."),
            _text("utype", "Utype of the column, if it follows a data model.", "512*"),
            _text("unit", "Unit in the words of VOUnits.", "64*"),
            _text("ucd", "Unified content descriptor.", "256*"),
            _number("indexed", "1 if a condition on the column is answered fast."),
            _number("principal", "1 if the column is among those to show first."),
            _number("std", "1 if the column is defined by a standard."),
            _number("column_index", "Recommended place among the columns of its table."),
        ),
    ),
    "keys": (
        "The foreign keys between tables.",
        (
            _text("key_id", "Identifier of the key, joins with key_columns.", "128*"),
            _text("from_table", "Table that refers to another.", "256*"),
            _text("target_table", "Table that is referred to.", "256*"),
            _text("utype", "Utype of the key, if it follows a data model.", "512*"),
            _text("description", "What the key says."),
        ),
    ),
    "key_columns": (
        "The columns of all foreign keys.",
        (
            _text("key_id", "Identifier of the key, joins with keys.", "128*"),
            _text("from_column", "Column of the table that refers.", "128*"),
            _text("target_column", "Column of the table that is referred to.", "128*"),
        ),
    ),
}

_KEYS = tuple(
    Key(f"{_SCHEMA}_{number}", f"{_SCHEMA}.{table}", f"{_SCHEMA}.{target}", ((column, target_column),))
    for number, (table, column, target, target_column) in enumerate(
        (
            ("tables", "schema_name", "schemas", "schema_name"),
            ("columns", "table_name", "tables", "table_name"),
            ("keys", "from_table", "tables", "table_name"),
            ("keys", "target_table", "tables", "table_name"),
            ("key_columns", "key_id", "keys", "key_id"),
        ),
        start=1,
    )
)

Row = tuple[str | int | None, ...]


def publish(catalog: Catalog, work_dir: Path) -> Catalog:
    """Write TAP_SCHEMA's five tables below `work_dir` and return the catalog with schema `tap_schema` added.

    Raises
    ------
    CatalogError
        When the files cannot be written.
    """
    folder = work_dir.resolve() / _SCHEMA
    try:
        schema = _publish(catalog, folder)
        storage = schema.tables[0].storage
        assert isinstance(storage, PlainTable)
        _remove_former(storage.files[0].parent)
        return catalog.with_schema(schema)
    except (OSError, pa.ArrowException) as e:
        raise CatalogError(f"TAP_SCHEMA cannot be written to {folder}: {e}.") from e


def publish_for_one(catalog: Catalog, own: Schema, folder: Path) -> Schema:
    """Write TAP_SCHEMA as the owner of some tables sees it, and return it in place of the public one.

    Parameters
    ----------
    catalog
        What is public.
    own
        The owner's tables.
    folder
        Where this owner's TAP_SCHEMA is kept, and nobody else's.
    """
    schema = _publish(catalog.with_schema(own), folder.resolve(), is_private=True)
    storage = schema.tables[0].storage
    assert isinstance(storage, PlainTable)
    _keep(storage.files[0].parent)
    return schema


def _publish(catalog: Catalog, root: Path, *, is_private: bool = False) -> Schema:
    rows = _rows_of(catalog.with_schema(_describe({}, {})))
    digest = hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()[:16]
    folder = root / digest
    if not folder.exists():
        _write(rows, folder)
    files = {name: folder / f"{name}.parquet" for name in _TABLES}
    return _describe(
        files, {name: len(lines) for name, lines in rows.items()}, folder if is_private else None
    )


def _remove_former(folder: Path) -> None:
    """Remove what was published before, when it has been found to be former for longer than queries run.

    Nobody says when the last query began that reads a folder; so a mark beside it says since when another
    one has been in its place.
    """
    before = time.time() - _KEPT_S
    _mark_of(folder).unlink(missing_ok=True)
    for other in folder.parent.iterdir():
        if other == folder or other.name.startswith("."):
            continue
        mark = _mark_of(other)
        with contextlib.suppress(OSError):  # another process may be faster
            if not mark.exists():
                mark.touch()
            elif mark.stat().st_mtime < before:
                other.chmod(0o700)
                shutil.rmtree(other)
                mark.unlink()


def _mark_of(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.former")


def _keep(folder: Path) -> None:
    """Say that a folder is in use; remove those beside it that have not been for a while."""
    os.utime(folder)
    before = time.time() - _KEPT_S
    for other in folder.parent.iterdir():
        with contextlib.suppress(OSError):  # another request may be faster
            if other.stat().st_mtime < before:
                other.chmod(0o700)
                shutil.rmtree(other)


def _describe(files: dict[str, Path], rows: dict[str, int], private_folder: Path | None = None) -> Schema:
    tables = []
    for name, (description, columns) in _TABLES.items():
        paths = (files[name],) if files else ()
        storage = PlainTable(paths, sum(path.stat().st_size for path in paths), private_folder)
        tables.append(Table(_SCHEMA, name, columns, storage, description, rows=rows.get(name)))
    return Schema(_SCHEMA, tuple(tables), _DESCRIPTION, keys=_KEYS)


def _rows_of(catalog: Catalog) -> dict[str, list[Row]]:
    keys = [key for schema in catalog.schemas for key in schema.keys]
    return {
        "schemas": [(s.name, s.utype, s.description, i) for i, s in enumerate(catalog.schemas, start=1)],
        "tables": [
            (s.name, t.qualified_name, "table", t.utype, t.description, i)
            for s in catalog.schemas
            for i, t in enumerate(s.tables, start=1)
        ],
        "columns": [row for table in catalog.tables() for row in _column_rows(table)],
        "keys": [(k.key_id, k.from_table, k.target_table, None, k.description) for k in keys],
        "key_columns": [(k.key_id, as_identifier(a), as_identifier(b)) for k in keys for a, b in k.columns],
    }


def _column_rows(table: Table) -> Iterable[Row]:
    for place, column in enumerate(table.columns, start=1):
        yield (
            table.qualified_name,
            as_identifier(column.name),
            column.datatype,
            column.arraysize,
            column.xtype,
            _size(column),
            column.description,
            column.utype,
            column.unit,
            column.ucd,
            int(column.indexed),
            int(column.principal),
            int(column.std),
            place,
        )


def _size(column: Column) -> int | None:
    digits = (column.arraysize or "").rstrip("*")
    return int(digits) if digits.isdigit() else None


def _write(rows: dict[str, list[Row]], folder: Path) -> None:
    partial = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        partial.mkdir(parents=True)
        for name, (_, columns) in _TABLES.items():
            _write_table(partial / f"{name}.parquet", columns, rows[name])
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        # Another process or request may have been faster with the same content.
        if not folder.exists():
            raise
    folder.chmod(0o555)


def _write_table(path: Path, columns: tuple[Column, ...], rows: list[Row]) -> None:
    schema = pa.schema([pa.field(column.name, _ARROW[column.datatype]) for column in columns])
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
    arrays = [pa.array(value, field.type) for value, field in zip(values, schema, strict=True)]
    pq.write_table(pa.table(arrays, schema=schema), path, compression="zstd")
    path.chmod(0o444)
