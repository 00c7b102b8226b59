"""The index of the catalog: one JSON document, compressed once, with the caller's own tables at its end."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from ..catalog import Catalog
from ..models import Schema, Table
from ..reader import MYDB
from ..web.tables import ColumnDocument, Document, describe_columns

__all__ = ["CatalogDocument", "Index", "Page"]

_GZIP = 31
_LEVEL = 6
_HEAD = b'{"schemas":['
_TAIL = b"]}"


class TableDocument(Document):
    """One table."""

    name: str
    description: str = ""
    rows: int | None = None
    kind: str
    columns: list[ColumnDocument]


class SchemaDocument(Document):
    """One schema."""

    name: str
    description: str = ""
    tables: list[TableDocument]


class CatalogDocument(Document):
    """All that the caller may query."""

    schemas: list[SchemaDocument]


@dataclass(frozen=True)
class Page:
    """The document for one caller: plain or compressed, and the tag that changes with it."""

    content: bytes
    compressed: bytes
    etag: str


class Index:
    """Makes the document.

    Parameters
    ----------
    catalog
        What is public.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._public = _Public(catalog)

    def renew(self, catalog: Catalog) -> None:
        """Show what is public now."""
        self._public = _Public(catalog)

    def page(self, own: Schema | None) -> Page:
        """Return the document with the caller's own tables, if there is a caller.

        Only what is the caller's own is written and compressed anew.
        """
        public = self._public
        extra = b"" if own is None else (b"" if public.is_empty else b",") + _json([own])
        digest, compressor = public.digest.copy(), public.compressor.copy()
        rest = extra + _TAIL
        digest.update(rest)
        compressed = public.compressed + compressor.compress(rest) + compressor.flush()
        return Page(public.plain + rest, compressed, f'"{digest.hexdigest()[:32]}"')


class _Public:
    """The part of the document that is the same for everybody."""

    def __init__(self, catalog: Catalog) -> None:
        self.plain = _HEAD + _json(catalog.schemas)
        self.compressor = zlib.compressobj(_LEVEL, wbits=_GZIP)
        self.compressed = self.compressor.compress(self.plain) + self.compressor.flush(zlib.Z_SYNC_FLUSH)
        self.digest = hashlib.sha256(self.plain)
        self.is_empty = not catalog.schemas


def _json(schemas: Sequence[Schema]) -> bytes:
    return ",".join(_schema(schema).model_dump_json(by_alias=True) for schema in schemas).encode()


def _schema(schema: Schema) -> SchemaDocument:
    kind = MYDB if schema.name == MYDB else "public"
    tables = [_table(table, kind) for table in schema.tables]
    return SchemaDocument(name=schema.name, description=schema.description, tables=tables)


def _table(table: Table, kind: str) -> TableDocument:
    return TableDocument(
        name=table.name,
        description=table.description,
        rows=table.rows,
        kind=kind,
        columns=describe_columns(table.columns),
    )
