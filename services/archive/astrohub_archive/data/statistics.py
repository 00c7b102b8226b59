"""The table `tbl_stat`: how many rows and columns each published table has, and how large its files are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from ..catalog.storage import read_storage

__all__ = ["statistics"]

_TYPES = pa.schema(
    [
        ("schema_name", pa.string()),
        ("table_name", pa.string()),
        ("nrows", pa.int64()),
        ("ncols", pa.int32()),
        ("size_bytes", pa.int64()),
    ]
)
_HIDDEN = "_healpix_29"
_MADE_AFTERWARDS = "ivoa"
"""The schema that says which files a release has, and so cannot be counted in it."""


def statistics(public: Path, unfinished: Path, name: str) -> pa.Table:
    """Count rows, columns and bytes of all tables below `public`, and of a schema still being written.

    `tbl_stat` itself, which is not there yet, is counted as it will be, without its size.
    """
    schemas = {folder.name: folder for folder in sorted(public.iterdir()) if folder.name[:1] != "."}
    schemas.pop(_MADE_AFTERWARDS, None)
    schemas[name] = unfinished
    rows: list[dict[str, str | int]] = [
        {"schema_name": schema, "table_name": folder.name, **_counted(folder)}
        for schema, tables in sorted(schemas.items())
        for folder in sorted(tables.iterdir())
        if folder.is_dir() and folder.name != "tbl_stat" and _is_table(folder)
    ]
    rows.append({"schema_name": name, "table_name": "tbl_stat", "nrows": len(rows) + 1, "ncols": len(_TYPES)})
    return pa.Table.from_pylist([{"size_bytes": 0, **row} for row in rows], schema=_TYPES)


def _is_table(folder: Path) -> bool:
    return (folder / "collection.properties").exists() or any(folder.glob("*.parquet"))


def _counted(folder: Path) -> dict[str, int]:
    stored = read_storage(folder)
    columns = sum(column != _HIDDEN for column in stored.columns)
    size = sum(file.stat().st_size for file in folder.rglob("*.parquet"))
    return {"nrows": stored.rows, "ncols": columns, "size_bytes": size}
