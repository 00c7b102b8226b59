"""Tables of your own at an archive: `astrohub.mydb.create("bright", "SELECT …")`, then `FROM mydb.bright`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .client import Client
from .table_files import FORMATS, TableFile, table_file

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa
    from astropy.table import Table

__all__ = [
    "FORMATS",
    "DroppedTable",
    "Listing",
    "OwnTable",
    "append",
    "copy",
    "create",
    "drop",
    "index",
    "list",
    "rename",
    "restore",
    "upload",
]

TABLES = "/services/archive/mydb/tables"


@dataclass(frozen=True)
class OwnTable:
    """One table of your own.

    Attributes
    ----------
    name
        Its name; a query writes `mydb.` before it.
    rows, bytes
        How much there is of it.
    created
        When it was made, in UTC.
    query, file
        What it was made of: the query, or the name of the uploaded file.
    provenance
        All that is known of that: the tables that the query has read and when these were written, what was
        appended.
    position, indexes
        By which columns its rows are found fast: right ascension and declination, or None; identifiers.
    columns
        What is known of each column: `name`, `datatype`, `unit`, `ucd`, `description` and so on.
    """

    name: str
    rows: int
    bytes: int
    created: str
    query: str | None
    file: str | None
    columns: tuple[Mapping[str, Any], ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    position: tuple[str, str] | None = None
    indexes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<mydb.{self.name}: {self.rows:,} rows, {len(self.columns)} columns, {self.bytes / 1e6:,.1f} MB>"
        )


@dataclass(frozen=True)
class DroppedTable:
    """A table that was dropped or replaced: `restore` brings it back until a moment (UTC)."""

    id: str
    name: str
    rows: int
    dropped: str
    until: str


class Listing(tuple[OwnTable, ...]):
    """All tables of your own, and how much room there is.

    Attributes
    ----------
    used_bytes, limit_bytes
        What the tables take, and what they may take.
    warning
        A sentence when there is little room left, else None.
    dropped
        What can be restored, the last one first.
    """

    used_bytes: int
    limit_bytes: int
    warning: str | None = None
    dropped: tuple[DroppedTable, ...] = ()

    def __repr__(self) -> str:
        lines = [repr(table) for table in self]
        room = f"{self.used_bytes / 1e6:,.1f} of {self.limit_bytes / 1e6:,.0f} MB used"
        return "\n".join([*lines, room, *([self.warning] if self.warning else [])])


def list(*, client: Client | None = None) -> Listing:  # noqa: A001 -- the word for it, in a module of its own
    """Return your tables, in the order of their names."""
    said = _client(client).call("GET", TABLES)
    listing = Listing(_table(one) for one in said["tables"])
    listing.used_bytes = int(said["quota"]["usedBytes"])
    listing.limit_bytes = int(said["quota"]["limitBytes"])
    listing.warning = said["quota"].get("warning")
    listing.dropped = tuple(
        DroppedTable(**{name: one[name] for name in ("id", "name", "rows", "dropped", "until")})
        for one in said.get("dropped", ())
    )
    return listing


def create(name: str, query: str, *, replace: bool = False, client: Client | None = None) -> OwnTable:
    """Make a table of the rows of a query; they stay at the archive.

    Parameters
    ----------
    name
        Name of the table.
    query
        The query, in ADQL.
    replace
        Whether a table of the name may be replaced.
    client
        Which archive, and as whom; what the environment says, if not given.

    Raises
    ------
    QueryError
        When the archive does not understand the query.
    RequestRefused
        When the name is taken, or there is no room.
    """
    body = {"name": name, "query": query, "replace": replace}
    return _table(_client(client).call("POST", TABLES, json=body, query=query))


def upload(
    name: str,
    source: str | Path | Table | pd.DataFrame | pa.Table,
    *,
    fmt: str | None = None,
    types: Mapping[str, str] | None = None,
    replace: bool = False,
    client: Client | None = None,
) -> OwnTable:
    """Make a table of a file, or of a table in memory.

    Parameters
    ----------
    name
        Name of the table.
    source
        A file (CSV, VOTable, FITS, Parquet, ECSV), or a table of astropy, pandas or Arrow.
    fmt
        Format of the file; by default what its name says.
    types
        Types of columns that are not to be guessed: boolean, short, int, long, float, double, char or
        timestamp.
    replace
        Whether a table of the name may be replaced.
    client
        Which archive, and as whom; what the environment says, if not given.

    Raises
    ------
    ValueError
        When it is not known what kind of file or table it is.
    RequestRefused
        When the archive cannot read it, the name is taken, or there is no room.
    """
    with table_file(source, fmt) as file:
        parameters = {"format": file.format, "replace": "true" if replace else "false"}
        return _sent(client, _path(name), file, parameters, types)


def append(
    name: str,
    source: str | Path | Table | pd.DataFrame | pa.Table,
    *,
    fmt: str | None = None,
    types: Mapping[str, str] | None = None,
    client: Client | None = None,
) -> OwnTable:
    """Append rows to a table: of a query, of a file, or of a table in memory.

    Parameters
    ----------
    name
        Name of the table.
    source
        A query (a text that begins with SELECT or WITH), else as for `upload`. Columns are known by their
        names; those that are missing are NULL.
    fmt, types
        As for `upload`.
    client
        Which archive, and as whom; what the environment says, if not given.

    Raises
    ------
    QueryError
        When the archive does not understand the query.
    RequestRefused
        When there is a column that the table does not have, a value that does not fit, or no room.
    """
    if (
        isinstance(source, str)
        and source.split(None, 1)[:1]
        and source.split()[0].upper() in ("SELECT", "WITH")
    ):
        body = {"query": source}
        return _table(_client(client).call("POST", f"{_path(name)}/rows", json=body, query=source))
    with table_file(source, fmt) as file:
        return _sent(client, f"{_path(name)}/rows", file, {"format": file.format}, types)


def rename(name: str, new: str, *, client: Client | None = None) -> OwnTable:
    """Give a table another name.

    Raises
    ------
    RequestRefused
        When there is none of the name, or one of the new name.
    """
    return _table(_client(client).call("POST", f"{_path(name)}/rename", json={"name": new}))


def copy(name: str, new: str, *, client: Client | None = None) -> OwnTable:
    """Make a table that holds what another holds.

    Raises
    ------
    RequestRefused
        When there is none of the name, one of the new name, or no room.
    """
    return _table(_client(client).call("POST", f"{_path(name)}/copy", json={"name": new}))


def index(
    name: str,
    column: str | None = None,
    *,
    unique: bool = False,
    position: tuple[str, str] | None = None,
    client: Client | None = None,
) -> OwnTable:
    """Keep the rows of a table so that they are found fast.

    Parameters
    ----------
    name
        Name of the table.
    column
        A column whose values rows are found by; by position, if not given.
    unique
        Whether to check that no value is there twice.
    position
        The columns of right ascension and declination (degrees), where UCDs and names do not tell.
    client
        Which archive, and as whom; what the environment says, if not given.

    Raises
    ------
    RequestRefused
        When rows have no position, a value is there twice, or there is no such column.
    """
    body: dict[str, object] = {}
    if column is not None:
        body = {"column": column, "unique": unique}
    elif position is not None:
        body = {"ra": position[0], "dec": position[1]}
    return _table(_client(client).call("POST", f"{_path(name)}/index", json=body))


def drop(name: str, *, client: Client | None = None) -> None:
    """Take a table away; for a day `restore` brings it back.

    Raises
    ------
    RequestRefused
        When there is none of the name.
    """
    _client(client).call("DELETE", _path(name))


def restore(name: str, *, new: str | None = None, client: Client | None = None) -> OwnTable:
    """Bring back the table of a name that was dropped last, under another name if `new` says one.

    Raises
    ------
    RequestRefused
        When none of the name was dropped of late, or there is another of the name by now.
    """
    parameters = {"as": new} if new else None
    return _table(_client(client).call("POST", f"{_path(name)}/restore", params=parameters))


def _client(client: Client | None) -> Client:
    return client or Client()


def _sent(
    client: Client | None,
    path: str,
    file: TableFile,
    parameters: Mapping[str, str],
    types: Mapping[str, str] | None,
) -> OwnTable:
    sent: dict[str, str | Sequence[str]] = dict(parameters)
    if file.name:
        sent["file"] = file.name
    if types:
        sent["type"] = [f"{column}:{kind}" for column, kind in types.items()]
    return _table(_client(client).call("PUT", path, params=sent, content=file.content))


def _path(name: str) -> str:
    return f"{TABLES}/{quote(name, safe='')}"


def _table(said: Mapping[str, Any]) -> OwnTable:
    made_of = said.get("provenance") or {}
    return OwnTable(
        name=said["name"],
        rows=said["rows"],
        bytes=said["bytes"],
        created=said["created"],
        query=made_of.get("query"),
        file=made_of.get("file"),
        columns=tuple(said["columns"]),
        provenance=made_of,
        position=tuple(said["position"]) if said.get("position") else None,
        indexes=tuple(said.get("indexes") or ()),
    )
