"""The table `tbl_stat`: how many rows and columns each published table has, and how large its files are."""

from __future__ import annotations

from collections.abc import Mapping
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


def statistics(schemas: Mapping[str, Path], name: str) -> pa.Table:
    """Count rows, columns and bytes of all tables.

    `tbl_stat` itself, which is not there yet, is counted as it will be, without its size.

    Parameters
    ----------
    schemas
        The folders of schemas, by name; some may still be written.
    name
        The schema of `tbl_stat`.
    """
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
