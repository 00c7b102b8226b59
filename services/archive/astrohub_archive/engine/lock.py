"""Locking an engine before the first statement of a user: the settings, in the order that makes them hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

__all__ = ["Lock", "open_locked"]


@dataclass(frozen=True)
class Lock:
    """What one worker's engine may use."""

    memory_mb: int
    threads: int
    temp_directory: str
    spill_mb: int
    readable: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as values that JSON holds."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Lock:
        """Return what `as_json` was made from."""
        return cls(**{**values, "readable": tuple(values["readable"])})


def open_locked(lock: Lock) -> duckdb.DuckDBPyConnection:
    """Open an engine in memory and lock it.

    The allowed directories can be written by the engine (COPY, ATTACH): that they cannot is up to their
    permissions. `SELECT` is the only kind of statement that a worker passes on.
    """
    connection = duckdb.connect(":memory:")
    for statement in _settings(lock):
        connection.execute(statement)
    return connection


def _settings(lock: Lock) -> Sequence[str]:
    readable = ", ".join(_literal(str(Path(folder)) + "/") for folder in lock.readable)
    return (
        f"SET memory_limit = '{lock.memory_mb}MiB'",
        f"SET temp_directory = {_literal(lock.temp_directory)}",
        f"SET max_temp_directory_size = '{lock.spill_mb}MiB'",
        f"SET threads = {lock.threads}",
        "SET TimeZone = 'UTC'",
        "SET parquet_metadata_cache = true",
        "SET enable_progress_bar = false",
        "SET python_enable_replacements = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        "SET allow_persistent_secrets = false",
        f"SET allowed_directories = [{readable}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
