"""A peer with an index: PostgreSQL with q3c and B-trees, filled with the same rows, then thrown away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

__all__ = ["PostgreSQL", "obstacle", "postgresql"]

_PROGRAMS = Path("/usr/lib/postgresql")
_ACCOUNT = "postgres"
_START_S = 60
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "jit": "off",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "1GB",
}
_TYPES = {"BIGINT": "bigint", "DOUBLE": "float8", "FLOAT": "float4", "SMALLINT": "int2", "INTEGER": "int4"}


class PostgreSQL:
    """A running server with the tables that were put into it. Made by `postgresql`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def fill(self, name: str, files: Sequence[Path], columns: Sequence[str]) -> None:
        """Put the rows of Parquet files into a table, in their order."""
        source = f"read_parquet({[str(file) for file in files]!r}, hive_partitioning = false)"
        engine = duckdb.connect()
        relation = engine.sql(f"SELECT {', '.join(columns)} FROM {source}")
        kinds = zip(relation.columns, map(str, relation.types), strict=True)
        described = ", ".join(f"{column} {_TYPES[kind]}" for column, kind in kinds)
        with tempfile.NamedTemporaryFile(suffix=".csv") as rows, self._connection.cursor() as cursor:
            engine.execute(f"COPY ({relation.sql_query()}) TO '{rows.name}' (FORMAT csv, HEADER false)")
            cursor.execute(f"BEGIN; CREATE TABLE {name} ({described})")
            with Path(rows.name).open("rb") as written:
                cursor.copy_expert(f"COPY {name} FROM STDIN (FORMAT csv, FREEZE)", written)
            cursor.execute("COMMIT")

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []


def obstacle() -> str | None:
    """Return why PostgreSQL cannot be run here; None when it can."""
    if _folder() is None or not list(Path("/usr/share/postgresql").glob("*/extension/q3c.control")):
        return "PostgreSQL with q3c is not installed (Debian: apt-get install postgresql postgresql-q3c)"
    return None


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Run a server until the block ends; ask `obstacle` before."""
    import psycopg2

    programs = _folder()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, _ACCOUNT)
    folder.chmod(0o711)
    options = {**_OPTIONS, "unix_socket_directories": str(folder)}
    made = [str(programs / "initdb"), "--no-sync", "--auth=trust", "--username=bench", "-D", f"{folder}/data"]
    run = [str(programs / "postgres"), "-D", f"{folder}/data", *(f"--{k}={v}" for k, v in options.items())]
    subprocess.run([*_as_account(), *made], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    with subprocess.Popen([*_as_account(), *run], stderr=subprocess.DEVNULL, cwd=folder) as process:
        try:
            connection = _connected(psycopg2, folder)
            connection.autocommit = True
            server = PostgreSQL(connection)
            server.execute("CREATE EXTENSION q3c")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
            shutil.rmtree(folder, ignore_errors=True)


def _connected(driver: Any, folder: Path) -> Any:
    until = time.monotonic() + _START_S
    while True:
        try:
            return driver.connect(host=str(folder), user="bench", dbname="postgres")
        except driver.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _folder() -> Path | None:
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _as_account() -> tuple[str, ...]:
    if os.getuid() != 0:
        return ()
    return ("setpriv", "--pdeathsig", "INT", "--reuid", _ACCOUNT, "--regid", _ACCOUNT, "--clear-groups", "--")
