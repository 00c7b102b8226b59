"""The archive's own database: SQLite in its work folder, or a site's PostgreSQL."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.schema import Column, CreateColumn, CreateIndex, Index, Table

from .settings import SettingsError

__all__ = ["alone", "make_tables", "open_database"]

_CONNECT_S = 10
_MAKING_TABLES = "the tables are made"
_BUSY_MS = 10_000
_RETRY_S = 0.02
_PRIMARY_CODE = 0xFF  # the bits of an extended result code that name its kind
_CONNECTIONS, _MORE_CONNECTIONS = 5, 10


def open_database(url: str | None, work_dir: Path, *, password_file: Path | None = None) -> Engine:
    """Return an engine for the database in which jobs and the descriptions of users' tables are kept.

    Parameters
    ----------
    url
        An SQLAlchemy address; a file in `work_dir` if not given.
    work_dir
        The archive's own folder.
    password_file
        Holds the password, so that it need not stand in the address.

    Raises
    ------
    SettingsError
        When the address is none, its driver is not installed, or the password cannot be read; neither address
        nor password is repeated.
    """
    if url is None:
        work_dir.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{work_dir / 'jobs.sqlite'}"
    address = _address(url, password_file)
    if address.get_backend_name() == "sqlite":
        # Parameters are what users ask: no failure may write them into the log.
        engine = create_engine(address, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    try:
        return create_engine(
            address,
            hide_parameters=True,
            # A server that was restarted leaves connections that are none.
            pool_pre_ping=True,
            pool_size=_CONNECTIONS,
            max_overflow=_MORE_CONNECTIONS,
            connect_args={"connect_timeout": _CONNECT_S, "application_name": "astrohub-archive"},
        )
    except ImportError as e:
        raise SettingsError(
            f"databaseUrl asks for the driver {address.get_dialect().driver}, which is not installed; "
            "install astrohub-archive[postgresql], or write postgresql+psycopg2://USER@HOST/DATABASE."
        ) from e


def make_tables(engine: Engine, metadata: MetaData) -> None:
    """Make the tables that are not there, and what an earlier release had not in those that are.

    A column that is new must be nullable or have a default of the server: rows may be there. Where nothing is
    missing nothing is locked: a service must start also while others write much.
    """
    with engine.connect() as connection:
        if not any(_is_missing(connection, table) for table in metadata.sorted_tables):
            return
    with engine.begin() as connection:
        # Several processes may start at once, and each finds that there is nothing yet.
        alone(connection, _MAKING_TABLES)
        metadata.create_all(connection)
        for table in metadata.sorted_tables:
            _amend(connection, table)


def alone(connection: Connection, word: str) -> None:
    """Let no transaction that says the same word go on before this one, just begun, has ended.

    What it reads from then on is not changed by them before it writes.
    """
    if connection.dialect.name == "postgresql":
        digest = hashlib.sha256(word.encode("utf-8", "replace")).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    else:
        # SQLite has one writer, and this makes it us.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_missing(connection: Connection, table: Table) -> bool:
    return not inspect(connection).has_table(table.name) or any(_missing(connection, table))


def _missing(connection: Connection, table: Table) -> tuple[list[Column[Any]], list[Index]]:
    """Return the columns and indexes that a table of the database has not."""
    found = inspect(connection)
    columns = {column["name"] for column in found.get_columns(table.name)}
    indexes = {index["name"] for index in found.get_indexes(table.name)}
    return (
        [column for column in table.columns if column.name not in columns],
        [index for index in table.indexes if index.name not in indexes],
    )


def _amend(connection: Connection, table: Table) -> None:
    dialect = connection.dialect
    quoted = dialect.identifier_preparer.format_table(table)
    columns, indexes = _missing(connection, table)
    for column in columns:
        definition = CreateColumn(column).compile(dialect=dialect)
        connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {definition}")
    for index in indexes:
        connection.execute(CreateIndex(index))


def _address(url: str, password_file: Path | None) -> URL:
    try:
        address = make_url(url)
        address.get_dialect()
    except (ArgumentError, ImportError, ValueError) as e:
        raise SettingsError(
            "databaseUrl is no address of a database; write postgresql+psycopg2://USER@HOST/DATABASE."
        ) from e
    if password_file is None:
        return address
    try:
        password = password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise SettingsError(f"The file of the database's password {password_file} cannot be read.") from e
    return address.set(password=password)


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch the file to write-ahead logging; SQLite refuses it at once amid the first write of another."""
    deadline = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as e:
            if e.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)
        else:
            return
