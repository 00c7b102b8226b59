"""What MyDB says and is told, as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from ..ivoa.times import timestamp
from ..web.json_bodies import read_json
from ..web.tables import ColumnDocument, Document, describe_columns
from .entry import Entry

__all__ = ["Creation", "TableDocument", "TableList", "describe_table", "describe_tables", "read_creation"]


class Creation(Document):
    """A table to be made of the rows of a query."""

    name: str = Field(description="Name of the table, with or without `mydb.` before it.")
    query: str = Field(description="The query, in ADQL.")
    replace: bool = Field(False, description="Whether a table of the name may be replaced.")


class Provenance(Document):
    """What a table was made of."""

    query: str | None = Field(None, description="The query, if it was one.")
    file: str | None = Field(None, description="Name of the uploaded file, if it was one.")
    format: str | None = Field(None, description="Format of the uploaded file.")


class TableDocument(Document):
    """One table."""

    name: str = Field(description="Its name; a query writes `mydb.` before it.")
    rows: int
    bytes: int
    created: str = Field(description="When it was made, in UTC (ISO 8601).")
    description: str = ""
    provenance: Provenance
    columns: list[ColumnDocument]


class Quota(Document):
    """How much room there is."""

    used_bytes: int
    limit_bytes: int


class TableList(Document):
    """All tables of the caller."""

    tables: list[TableDocument]
    quota: Quota


def read_creation(body: bytes) -> Creation:
    """Read what table to make.

    Raises
    ------
    UsageError
        When the body does not say so.
    """
    return read_json(body, Creation, "name, query and perhaps replace")


def describe_table(entry: Entry) -> TableDocument:
    """Return one table as it is described in an answer."""
    content = entry.content
    return TableDocument(
        name=entry.name,
        rows=content.rows,
        bytes=content.size_bytes,
        created=timestamp(entry.created),
        description=content.description,
        provenance=Provenance(**entry.provenance),
        columns=describe_columns(content.columns),
    )


def describe_tables(entries: Iterable[Entry], used_bytes: int, limit_bytes: int) -> TableList:
    """Return a list of tables as it is described in an answer."""
    return TableList(
        tables=[describe_table(entry) for entry in entries],
        quota=Quota(used_bytes=used_bytes, limit_bytes=limit_bytes),
    )
