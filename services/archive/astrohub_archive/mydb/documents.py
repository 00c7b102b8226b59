"""What MyDB says and is told, as JSON."""

from __future__ import annotations

from pydantic import Field

from ..ivoa.times import timestamp
from ..settings import MyDb as Options
from ..web.json_bodies import read_json
from ..web.tables import ColumnDocument, Document, describe_columns
from .entry import Entry
from .room import told_bytes
from .service import Listing

__all__ = [
    "Appending",
    "Creation",
    "Indexing",
    "Naming",
    "TableDocument",
    "TableList",
    "describe_table",
    "describe_tables",
    "read_appending",
    "read_creation",
    "read_indexing",
    "read_naming",
]


class Creation(Document):
    """A table to be made of the rows of a query."""

    name: str = Field(description="Name of the table, with or without `mydb.` before it.")
    query: str = Field(description="The query, in ADQL.")
    replace: bool = Field(False, description="Whether a table of the name may be replaced.")


class Appending(Document):
    """Rows to be appended to a table."""

    query: str = Field(description="The query, in ADQL; its columns are those of the table, by name.")


class Naming(Document):
    """A name."""

    name: str = Field(description="The new name.")


class Indexing(Document):
    """By what the rows of a table are to be found fast: a column, or else the position."""

    column: str | None = Field(None, description="A column whose values rows are found by.")
    unique: bool = Field(False, description="Whether no value may be there twice.")
    ra: str | None = Field(None, description="The column of right ascension, if UCDs and names do not tell.")
    dec: str | None = Field(None, description="The column of declination.")


class SourceDocument(Document):
    """A table that a query has read."""

    name: str
    written: str | None = Field(None, description="When its files were written, in UTC: its release.")


class Origin(Document):
    """What rows were made of."""

    query: str | None = Field(None, description="The query, if it was one.")
    file: str | None = Field(None, description="Name of the uploaded file, if it was one.")
    format: str | None = Field(None, description="Format of the uploaded file.")
    tables: list[SourceDocument] = Field([], description="The tables that the query has read.")


class Addition(Origin):
    """Rows that were appended."""

    rows: int
    made: str = Field(description="When, in UTC (ISO 8601).")


class Provenance(Origin):
    """What a table was made of."""

    copy_of: str | None = Field(None, description="The table of which it is a copy.")
    job: str | None = Field(None, description="By this the archive's log tells of the work.")
    additions: list[Addition] = Field([], description="What was appended; of very much, the last.")


class TableDocument(Document):
    """One table."""

    id: str = Field(description="An id that changes with its rows, and not with its name.")
    name: str = Field(description="Its name; a query writes `mydb.` before it.")
    rows: int
    bytes: int
    created: str = Field(description="When it was made, in UTC (ISO 8601).")
    description: str = ""
    visibility: str = Field("private", description="Who may see it: its owner alone.")
    position: list[str] | None = Field(
        None, description="The columns of the position by which its rows are found fast."
    )
    indexes: list[str] = Field([], description="Columns by whose values its rows are found fast.")
    provenance: Provenance
    columns: list[ColumnDocument]


class DroppedTable(Document):
    """A table that was dropped or replaced and can be restored."""

    id: str
    name: str
    rows: int
    bytes: int
    dropped: str = Field(description="When, in UTC (ISO 8601).")
    until: str = Field(description="Until when it can be restored, in UTC (ISO 8601).")


class Quota(Document):
    """How much room there is."""

    used_bytes: int
    limit_bytes: int
    warning: str | None = Field(None, description="A sentence for the user, when there is little room left.")


class TableList(Document):
    """All tables of the caller."""

    tables: list[TableDocument]
    dropped: list[DroppedTable]
    quota: Quota


def read_creation(body: bytes) -> Creation:
    """Read what table to make.

    Raises
    ------
    UsageError
        When the body does not say so; so with all that follow.
    """
    return read_json(body, Creation, "name, query and perhaps replace")


def read_appending(body: bytes) -> Appending:
    """Read which rows to append."""
    return read_json(body, Appending, "query")


def read_naming(body: bytes) -> Naming:
    """Read a new name."""
    return read_json(body, Naming, "name")


def read_indexing(body: bytes) -> Indexing:
    """Read by what to index."""
    return read_json(body or b"{}", Indexing, "column and unique, or ra and dec, or nothing")


def describe_table(entry: Entry) -> TableDocument:
    """Return one table as it is described in an answer."""
    content, arrangement = entry.content, entry.arrangement
    return TableDocument(
        id=entry.table_id,
        name=entry.name,
        rows=content.rows,
        bytes=content.size_bytes,
        created=timestamp(entry.created),
        description=content.description,
        visibility=entry.visibility,
        position=list(arrangement.position) if arrangement.position else None,
        indexes=list(arrangement.indexes),
        provenance=Provenance.model_validate(entry.provenance),
        columns=describe_columns(content.columns),
    )


def describe_tables(listing: Listing, options: Options) -> TableList:
    """Return a list of tables as it is described in an answer."""
    dropped = [
        DroppedTable(
            id=one.entry.table_id,
            name=one.entry.name,
            rows=one.entry.content.rows,
            bytes=one.entry.content.size_bytes,
            dropped=timestamp(one.dropped),
            until=timestamp(one.until),
        )
        for one in listing.dropped
    ]
    return TableList(
        tables=[describe_table(entry) for entry in listing.entries],
        dropped=dropped,
        quota=_quota(listing.used_bytes, options),
    )


def _quota(used: int, options: Options) -> Quota:
    limit = options.quota_bytes
    warning = None
    if used >= limit * options.quota_warning:
        warning = (
            f"Your tables take {told_bytes(used)} of the {told_bytes(limit)} that they may; "
            "drop some before the next large one."
        )
    return Quota(used_bytes=used, limit_bytes=limit, warning=warning)
