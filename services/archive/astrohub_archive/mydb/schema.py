"""The rows that are kept of users' tables in the metadata database."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Engine,
    Float,
    Index,
    MetaData,
    String,
    Table,
    Text,
)

from .. import databases

__all__ = ["DROPPED", "MAKING", "READY", "RETIRED", "TABLES", "make_tables"]

# Dropped tables can be restored; retired ones are former forms of others, kept for queries under way.
MAKING, READY, DROPPED, RETIRED = "making", "ready", "dropped", "retired"

_METADATA = MetaData()

# Times are seconds since 1970, UTC. `name_key` is the name in lower case: names differ by more than that.
TABLES = Table(
    "mydb_tables",
    _METADATA,
    Column("table_id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("alive_until", Float(53)),
    Column("created", Float(53), nullable=False),
    Column("dropped", Float(53)),
    Column("rows", BigInteger),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("description", Text, nullable=False, default=""),
    Column("columns", JSON),
    Column("provenance", JSON),
    Column("arrangement", JSON),
    Column("visibility", String(16)),
    Index("mydb_by_owner", "owner", "state"),
    Index("mydb_by_dropped", "state", "dropped"),
)
for _state in (MAKING, READY):
    # One table of a name, and one that is being made in its place.
    _is_state = TABLES.c.state == _state
    Index(
        f"mydb_one_{_state}",
        TABLES.c.owner,
        TABLES.c.name_key,
        unique=True,
        sqlite_where=_is_state,
        postgresql_where=_is_state,
    )


def make_tables(engine: Engine) -> None:
    """Make the tables in the database if they are not there."""
    databases.make_tables(engine, _METADATA)
