"""The archive's database: SQLite opened by several at once, PostgreSQL's password and restarts."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from astrohub_archive import databases
from astrohub_archive.databases import make_tables, open_database
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import JobStore, Submission, submit
from astrohub_archive.settings import Settings, SettingsError
from sqlalchemy import MetaData
from sqlalchemy.exc import OperationalError

from ..support.postgresql import PostgreSQL


@pytest.fixture
def password_file(postgresql: PostgreSQL, tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{postgresql.password}\n", encoding="utf-8")
    return path


def serve(folder: Path, public: Path, **settings: Any) -> str:
    """Start an archive that cannot start and return all that it says."""
    public.mkdir(exist_ok=True)
    config = folder / "config.json"
    own = {"publicData": str(public), "workDir": str(folder / "work"), **settings}
    config.write_text(json.dumps(own), encoding="utf-8")
    command = [sys.executable, "-m", "astrohub_archive.main", "serve", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    return done.stdout + done.stderr


def test_the_password_comes_from_a_file(postgresql: PostgreSQL, password_file: Path, tmp_path: Path) -> None:
    url = postgresql.url(postgresql.new_database(), password=False)
    engine = open_database(url, tmp_path, password_file=password_file)
    assert JobStore(engine, "tap").get("unone") is None
    assert postgresql.password not in repr(engine)
    engine.dispose()


def test_a_wrong_password_stops_the_start_and_is_not_told(postgresql: PostgreSQL, tmp_path: Path) -> None:
    wrong = secrets.token_hex(8)
    (tmp_path / "password").write_text(wrong, encoding="utf-8")
    url = postgresql.url(postgresql.new_database(), password=False)
    said = serve(
        tmp_path, tmp_path / "public", databaseUrl=url, databasePasswordFile=str(tmp_path / "password")
    )
    assert "The job database cannot be opened" in said
    assert "password authentication failed" in said
    assert wrong not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("url", "file", "sentence"),
    [
        ("postgres-but-no-address-k33p", None, "databaseUrl is no address of a database"),
        ("oddsql://user:k33p@host/name", None, "databaseUrl is no address of a database"),
        ("postgresql://user@host/name", "nowhere", "nowhere cannot be read"),
    ],
)
def test_what_cannot_be_an_address_is_refused_without_repeating_it(
    tmp_path: Path, url: str, file: str | None, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        open_database(url, tmp_path, password_file=tmp_path / file if file else None)
    assert "k33p" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql+psycopg2://user:k33p@host/name", "psycopg2"),
        ("postgresql://user:k33p@host/name", "psycopg"),
    ],
)
def test_a_driver_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, driver: str
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(
        SettingsError, match=rf"driver {driver}, which is not .* astrohub-archive\[postgresql\]"
    ) as no:
        open_database(url, tmp_path)
    assert "k33p" not in str(no.value)


def test_an_address_with_a_password_is_printed_nowhere(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"publicData": "p", "workDir": "w", "databaseUrl": "postgresql://user:k33p@host/name"}
    )
    assert "k33p" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_connections_that_the_server_has_ended_are_made_anew(postgresql: PostgreSQL, tmp_path: Path) -> None:
    name = postgresql.new_database()
    engine = open_database(postgresql.url(name), tmp_path)
    store = JobStore(engine, "tap")
    wanted = Submission("ada", Parameters([]), timedelta(days=1), 60)
    job = submit(store, wanted, lambda load: None)
    ended = postgresql.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    assert ended
    assert store.get(job.job_id) is not None
    engine.dispose()


def test_a_new_file_is_opened_while_another_process_writes_its_first_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _amid_its_first_write(tmp_path)
    waits: list[float] = []

    def commit_instead(seconds: float) -> None:
        waits.append(seconds)
        other.commit()

    monkeypatch.setattr(databases.time, "sleep", commit_instead)
    engine = open_database(None, tmp_path)
    make_tables(engine, MetaData())
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("SELECT count(*) FROM first").scalar() == 1
    assert waits
    engine.dispose()
    other.close()


def test_a_service_starts_while_another_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there already takes no lock, however long another holds it."""
    first = open_database(None, tmp_path)
    JobStore(first, "tap")
    other = sqlite3.connect(tmp_path / "jobs.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(databases, "_BUSY_MS", 0)
    second = open_database(None, tmp_path)
    assert JobStore(second, "tap").get("unone") is None
    other.close()
    for engine in (first, second):
        engine.dispose()


def test_a_file_that_stays_locked_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = _amid_its_first_write(tmp_path)
    monkeypatch.setattr(databases, "_BUSY_MS", 0)
    engine = open_database(None, tmp_path)
    with pytest.raises(OperationalError, match="database is locked"):
        make_tables(engine, MetaData())
    engine.dispose()
    other.close()


def _amid_its_first_write(folder: Path) -> sqlite3.Connection:
    other = sqlite3.connect(folder / "jobs.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE first (number INTEGER)")
    other.execute("INSERT INTO first VALUES (1)")
    return other
