"""Parquet files, with what those of the Virtual Observatory say of their columns (VOParquet)."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ...table_files import plain_files
from ...table_files.rows import Rows

__all__ = ["read_parquet"]

_CONTENT = b"IVOA.VOTable-Parquet.content"
_WORDS = ("unit", "ucd", "utype", "description", "xtype")


def read_parquet(path: Path) -> Rows:
    """Read a Parquet file; a VOTable in its metadata describes the table and its columns.

    Raises
    ------
    UsageError
        When it is none, or has columns of columns.
    """
    rows = plain_files.read_parquet(path)
    document = (pq.read_metadata(path).metadata or {}).get(_CONTENT)
    if document is None:
        return rows
    words, description = _described(document)
    fields = [
        field.with_metadata(
            {**{k.decode(): v for k, v in (field.metadata or {}).items()}, **words[field.name]}
        )
        if field.name in words
        else field
        for field in rows.schema
    ]
    return Rows(pa.schema(fields), rows.batches, rows.description or description)


def _described(document: bytes) -> tuple[dict[str, dict[str, str]], str]:
    from astropy.io.votable import parse

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = next(iter(parse(io.BytesIO(document), verify="ignore").iter_tables()), None)
    except Exception:  # noqa: BLE001 -- a description that cannot be read is none; the rows are what counts
        return {}, ""
    if table is None:
        return {}, ""
    found = {
        field.name: {
            word: " ".join(str(value).split()) for word in _WORDS if (value := getattr(field, word, None))
        }
        for field in table.fields
    }
    return found, " ".join(str(table.description or "").split())
