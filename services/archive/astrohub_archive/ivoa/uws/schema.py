"""The table of jobs in the archive's database."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from ... import databases

__all__ = ["JOBS", "make_tables"]

_METADATA = MetaData()

# Times are seconds since 1970, UTC: the same in SQLite and PostgreSQL. What came after the first release is
# added to tables that are there, so it may be NULL.
JOBS = Table(
    "jobs",
    _METADATA,
    Column("job_id", String(64), primary_key=True),
    Column("protocol", String(32), nullable=False),
    Column("owner", String(255)),
    Column("run_id", String(255)),
    Column("phase", String(16), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("creation", Float(53), nullable=False),
    Column("start", Float(53)),
    Column("end", Float(53)),
    Column("destruction", Float(53), nullable=False),
    Column("execution_duration_s", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Float(53), nullable=False, default=0.0),
    Column("lease_holder", String(64)),
    Column("lease_until", Float(53)),
    Column("abort_requested", Boolean, nullable=False, default=False),
    Column("error", Text),
    Column("error_slug", String(64)),
    Column("result", JSON),
    Column("address", String(64)),
    Column("client_key", String(255)),
    Column("request_digest", String(64)),
    Column("result_bytes", BigInteger),
    Column("progress", JSON),
    Index("jobs_by_phase", "protocol", "phase", "creation"),
    Index("jobs_by_destruction", "destruction"),
    Index("jobs_in_list", "protocol", "owner", "creation", "job_id"),
    Index("jobs_by_address", "protocol", "address"),
    Index("jobs_one_of_a_key", "protocol", "owner", "client_key", unique=True),
)


def make_tables(engine: Engine) -> None:
    """Make the table in a database if it is not there."""
    databases.make_tables(engine, _METADATA)
