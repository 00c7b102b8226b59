"""A real PostgreSQL of the tests' own: Debian's programs, a folder thrown away, reached by a socket only."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from .waiting import until

__all__ = ["PostgreSQL", "obstacle", "running_postgresql"]

_PROGRAMS = Path("/usr/lib/postgresql")
_ACCOUNT = "postgres"
_USER = "tester"
# Nothing of it outlives the tests, so nothing of it has to survive a power cut.
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


@dataclass(frozen=True)
class PostgreSQL:
    """A running server.

    Attributes
    ----------
    folder
        Where its socket is; its data lie below.
    user, password
        Who may connect. The password is asked for, as on a real site.
    """

    folder: Path
    user: str = _USER
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def url(self, database: str, *, driver: str = "psycopg2", password: bool = True) -> str:
        """Return a database's address for SQLAlchemy, with the password or without."""
        who = f"{self.user}:{self.password}" if password else self.user
        return f"postgresql+{driver}://{who}@/{database}?host={quote(str(self.folder))}"

    def new_database(self, *, with_q3c: bool = False) -> str:
        """Make a database of a fresh name, with the extension q3c if it is wanted, and return its name."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name}")
        if with_q3c:
            self.execute("CREATE EXTENSION q3c", database=name)
        return name

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement outside of a transaction and return its rows, if it has any."""
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def connect(self, database: str) -> Any:
        """Return a connection of psycopg2."""
        return psycopg2.connect(
            host=str(self.folder), user=self.user, password=self.password, dbname=database
        )


def obstacle(*, with_q3c: bool = False) -> str | None:
    """Return why PostgreSQL cannot be run here, in one sentence; None when it can."""
    if _programs() is None:
        return f"PostgreSQL is not installed below {_PROGRAMS} (Debian: apt-get install postgresql)"
    if with_q3c and not list(Path("/usr/share/postgresql").glob("*/extension/q3c.control")):
        return "PostgreSQL's extension q3c is not installed (Debian: apt-get install postgresql-q3c)"
    if os.getuid() == 0 and _account() is None:
        return f"PostgreSQL refuses to run as root, and there is no account {_ACCOUNT}"
    return None


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """Run a server until the block ends; ask `obstacle` before."""
    # A socket's path may have 107 characters: too few for a folder of pytest's.
    folder = Path(tempfile.mkdtemp(prefix="astrohub-pg-"))
    server = PostgreSQL(folder)
    process: subprocess.Popen[bytes] | None = None
    try:
        folder.chmod(0o711)
        _make_cluster(server)
        process = _start(server)
        until(lambda: _answers(server, process), "PostgreSQL answers", timeout_s=200)
        yield server
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(server: PostgreSQL) -> None:
    secret = server.folder / "password"
    secret.write_text(server.password, encoding="ascii")
    secret.chmod(0o600)
    if os.getuid() == 0:
        for path in (server.folder, secret):
            shutil.chown(path, _ACCOUNT)
    made = subprocess.run(
        [
            *_as_account(),
            *(str(_program("initdb")), "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--username={server.user}", f"--pwfile={secret}"),
            *("--pgdata", str(server.folder / "data")),
        ],
        capture_output=True,
        text=True,
        cwd=server.folder,
        timeout=300,
    )
    assert made.returncode == 0, made.stderr
    secret.unlink()


def _start(server: PostgreSQL) -> subprocess.Popen[bytes]:
    options = {**_OPTIONS, "unix_socket_directories": str(server.folder)}
    with (server.folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                *_as_account(),
                *(str(_program("postgres")), "-D", str(server.folder / "data")),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            stdout=log,
            stderr=log,
            cwd=server.folder,
        )


def _answers(server: PostgreSQL, process: subprocess.Popen[bytes]) -> bool:
    log = (server.folder / "log").read_text(encoding="utf-8", errors="replace")
    assert process.poll() is None, f"PostgreSQL has ended:\n{log}"
    with suppress(psycopg2.OperationalError):
        return bool(server.execute("SELECT 1"))
    return False


def _as_account() -> tuple[str, ...]:
    """Return the words that end the server with whoever started it, and take root's rights from it."""
    ending = ("setpriv", "--pdeathsig", "INT")
    if os.getuid() != 0:
        return (*ending, "--")
    return (*ending, "--reuid", _ACCOUNT, "--regid", _ACCOUNT, "--clear-groups", "--")


def _account() -> pwd.struct_passwd | None:
    with suppress(KeyError):
        return pwd.getpwnam(_ACCOUNT)
    return None


def _programs() -> Path | None:
    versions = [path.parent for path in _PROGRAMS.glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _program(name: str) -> Path:
    found = _programs()
    assert found is not None
    return found / name
