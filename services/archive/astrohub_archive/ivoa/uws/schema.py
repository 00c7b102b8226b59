"""The job database: one table, and how an engine for it is made."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    JSON,
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
    create_engine,
    event,
)

__all__ = ["JOBS", "open_database"]

_METADATA = MetaData()

# Times are seconds since 1970, UTC: the same in SQLite and PostgreSQL.
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
    Column("result", JSON),
    Index("jobs_by_owner", "protocol", "owner", "creation"),
    Index("jobs_by_phase", "protocol", "phase", "creation"),
    Index("jobs_by_destruction", "destruction"),
)


def open_database(url: str | None, work_dir: Path) -> Engine:
    """Return an engine for the job database, with its tables made if they are not there.

    Parameters
    ----------
    url
        An SQLAlchemy address; a file in `work_dir` if not given.
    work_dir
        The archive's own folder.
    """
    if url is None:
        work_dir.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{work_dir / 'jobs.sqlite'}"
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    _METADATA.create_all(engine)
    return engine


def _prepare_sqlite(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
