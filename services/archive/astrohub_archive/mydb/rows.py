"""Rows of the metadata database as what they stand for, and conditions on them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.engine import RowMapping

from ..models import Column
from ..table_files import Content
from .entry import Arrangement, Entry, Made, Visibility
from .schema import MAKING, READY, TABLES

__all__ = ["being_made", "entry_of", "live", "named", "used_bytes", "values_of"]


def named(owner: str, name: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the tables of a name, whatever their state."""
    return (TABLES.c.owner == owner, TABLES.c.name_key == name.lower())


def live(owner: str, name: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the tables that there are, or the one of a name."""
    mine = (TABLES.c.owner == owner,) if name is None else named(owner, name)
    return (*mine, TABLES.c.state == READY)


def being_made(owner: str, name: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for a table that is being made."""
    return (*named(owner, name), TABLES.c.state == MAKING)


def used_bytes(
    connection: Connection, owner: str, *conditions: ColumnElement[bool], alive_at: float | None = None
) -> int:
    """Return how many bytes a user's tables take.

    Parameters
    ----------
    connection, owner
        Whose.
    conditions
        Of which tables, if not of all.
    alive_at
        A moment: then what is promised to tables counts that are being made as of it.
    """
    counted = TABLES.c.state == READY
    if alive_at is not None:
        counted |= (TABLES.c.state == MAKING) & (TABLES.c.alive_until >= alive_at)
    query = select(func.coalesce(func.sum(TABLES.c.bytes), 0)).where(
        TABLES.c.owner == owner, counted, *conditions
    )
    return int(connection.execute(query).scalar_one())


def values_of(made: Made) -> dict[str, Any]:
    """Return what a row keeps of a table that has been made."""
    content, arrangement = made.content, made.arrangement
    return {
        "rows": content.rows,
        "bytes": content.size_bytes,
        "description": content.description,
        "columns": [
            {**asdict(column), "indexed": column.name in arrangement.columns} for column in content.columns
        ],
        "provenance": dict(made.provenance),
        "arrangement": asdict(arrangement),
        "visibility": Visibility.PRIVATE.value,
    }


def entry_of(row: RowMapping) -> Entry:
    """Return the table that a row stands for."""
    columns = tuple(Column(**column) for column in row["columns"])
    said = row["arrangement"] or {}
    position = said.get("position")
    return Entry(
        table_id=row["table_id"],
        owner=row["owner"],
        name=row["name"],
        created=datetime.fromtimestamp(row["created"], UTC),
        content=Content(columns, row["rows"], row["bytes"], row["description"]),
        provenance=row["provenance"] or {},
        arrangement=Arrangement(
            (position[0], position[1]) if position else None, tuple(said.get("indexes", ()))
        ),
        visibility=Visibility(row["visibility"] or Visibility.PRIVATE),
    )
