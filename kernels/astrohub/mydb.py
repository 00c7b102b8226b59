"""Tables of your own at an archive: `astrohub.mydb.create("bright", "SELECT …")`, then `FROM mydb.bright`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .client import Client
from .table_files import FORMATS, table_file

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa
    from astropy.table import Table

__all__ = ["FORMATS", "Listing", "OwnTable", "create", "drop", "list", "restore", "upload"]

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

    def __repr__(self) -> str:
        return (
            f"<mydb.{self.name}: {self.rows:,} rows, {len(self.columns)} columns, {self.bytes / 1e6:,.1f} MB>"
        )


class Listing(tuple[OwnTable, ...]):
    """All tables of your own, and how much room there is.

    Attributes
    ----------
    used_bytes, limit_bytes
        What the tables take, and what they may take.
    """

    used_bytes: int
    limit_bytes: int

    def __repr__(self) -> str:
        lines = [repr(table) for table in self]
        room = f"{self.used_bytes / 1e6:,.1f} of {self.limit_bytes / 1e6:,.0f} MB used"
        return "\n".join([*lines, room])


def list(*, client: Client | None = None) -> Listing:  # noqa: A001 -- the word for it, in a module of its own
    """Return your tables, in the order of their names."""
    said = _client(client).call("GET", TABLES)
    listing = Listing(_table(one) for one in said["tables"])
    listing.used_bytes = int(said["quota"]["usedBytes"])
    listing.limit_bytes = int(said["quota"]["limitBytes"])
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
        if file.name:
            parameters["file"] = file.name
        return _table(_client(client).call("PUT", _path(name), params=parameters, content=file.content))


def drop(name: str, *, client: Client | None = None) -> None:
    """Take a table away; for a day `restore` brings it back.

    Raises
    ------
    RequestRefused
        When there is none of the name.
    """
    _client(client).call("DELETE", _path(name))


def restore(name: str, *, client: Client | None = None) -> OwnTable:
    """Bring back the table of a name that was dropped last.

    Raises
    ------
    RequestRefused
        When none of the name was dropped of late.
    """
    return _table(_client(client).call("POST", f"{_path(name)}/restore"))


def _client(client: Client | None) -> Client:
    return client or Client()


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
    )
