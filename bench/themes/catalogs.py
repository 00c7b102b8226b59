"""The whole catalogue to a client: 316 tables, 20,000 columns, in one request."""

from __future__ import annotations

import json

import requests
from measuring import Contest
from ours import HttpArchive
from subject import as_arrow

__all__ = ["contest"]

_QUERY = "SELECT * FROM tap_schema.columns"


def contest(archive: HttpArchive) -> Contest:
    """Return a contest of the ways in which the archive lists all that it has; its own is the reference."""
    site = archive.tap.removesuffix("/tap")
    session = requests.Session()

    def index(_: int) -> int:
        schemas = json.loads(session.get(f"{site}/catalog", timeout=60).content)["schemas"]
        return sum(len(table["columns"]) for schema in schemas for table in schema["tables"])

    def vosi(_: int) -> int:
        return session.get(f"{archive.tap}/tables?detail=max", timeout=60).content.count(b"<column")

    def query(_: int) -> int:
        return as_arrow(archive.ask(_QUERY, "arrow")).num_rows

    ways = {"/catalog": index, "/tap/tables": vosi, "TAP_SCHEMA, Arrow": query}
    return Contest("tables, all columns", ways, reference="/catalog")
