"""What a site can set of the archive: a typed mirror of its settings files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

__all__ = [
    "Bind",
    "Engine",
    "Files",
    "Hub",
    "Jobs",
    "Limits",
    "MyDb",
    "Settings",
    "SettingsError",
    "SlowReaders",
    "load_settings",
]


class SettingsError(Exception):
    """A settings file that cannot be read or holds a key or value that is not known."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Bind(_Model):
    """Where the service listens."""

    host: str = Field("127.0.0.1", title="Host", description="Address of the interface to listen on.")
    port: int = Field(8090, title="Port", description="TCP port to listen on.", ge=1, le=65535)
    metrics_port: int | None = Field(
        None,
        title="Metrics port",
        description="TCP port on which Prometheus finds the archive's figures; nowhere if not given. "
        "Whoever reaches it reads them.",
        ge=1,
        le=65535,
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        title="Trusted proxies",
        description="Addresses or networks of the proxies whose X-Forwarded-For is believed.",
    )


class Hub(_Model):
    """The hub that knows whose a token is."""

    api_url: str = Field(
        "http://127.0.0.1:8081/hub/api", title="API address", description="Address of the hub's REST API."
    )
    api_token: SecretStr = Field(
        SecretStr(""), title="API token", description="Token by which the archive is known to the hub."
    )
    memory_s: int = Field(
        60, title="Memory", description="Seconds for which an identified token is remembered.", ge=0
    )
    memory_tokens: int = Field(
        10_000, title="Remembered tokens", description="Tokens remembered at most.", ge=1
    )
    outage_s: int = Field(
        900,
        title="Outage",
        description="Seconds for which an identified token is honoured while the hub does not answer.",
        ge=0,
    )
    timeout_s: float = Field(
        10, title="Timeout", description="Seconds after which the hub counts as not answering.", gt=0
    )


class Engine(_Model):
    """The worker processes that run queries."""

    quick_workers: int = Field(
        2, title="Quick workers", description="Worker processes kept for small queries.", ge=1
    )
    long_workers: int = Field(
        1, title="Long workers", description="Worker processes for queries that read much.", ge=1
    )
    memory_limit_mb: int = Field(
        2048, title="Memory limit", description="Megabytes of memory that one worker may use.", ge=256
    )
    threads: int = Field(2, title="Threads", description="Threads that one worker may use.", ge=1)
    spill_limit_mb: int = Field(
        8192, title="Spill limit", description="Megabytes of disk that one worker may spill to.", ge=0
    )
    quick_bytes: int = Field(
        256 * 1024**2,
        title="Quick bytes",
        description="A query that touches at most this many bytes of files runs among the small ones.",
        ge=0,
    )
    quick_s: float = Field(
        10,
        title="Quick time",
        description="Seconds after which a query among the small ones that has answered nothing is begun "
        "anew among the large ones: it was not small.",
        gt=0,
    )
    queue_s: float = Field(
        30,
        title="Queue time",
        description="Seconds that a query may wait for a worker before it is told to come again.",
        gt=0,
    )
    queue_length: int = Field(
        64, title="Queue length", description="Queries that may wait for a worker, in each lane.", ge=0
    )
    interrupt_grace_s: float = Field(
        0.5,
        title="Interrupt grace",
        description="Seconds after which a worker that does not react to a cancellation is killed.",
        gt=0,
    )


class Limits(_Model):
    """What one request may ask for. Each limit appears in the error of the request that hits it."""

    query_bytes: int = Field(
        200_000, title="Query length", description="Bytes of a query's text at most.", ge=1_000
    )
    query_depth: int = Field(
        100, title="Query depth", description="Levels of parentheses in a query at most.", ge=10
    )
    understand_s: float = Field(
        5,
        title="Time to understand",
        description="Seconds of processor time that understanding a query's text may take.",
        gt=0,
    )
    request_bytes: int = Field(
        2 * 1024**2, title="Request size", description="Bytes of a request's body at most.", ge=10_000
    )
    upload_bytes: int = Field(
        1024**3, title="Upload size", description="Bytes of the tables that come with one query.", ge=1_000
    )
    upload_anonymous_bytes: int = Field(
        100 * 1024**2,
        title="Anonymous upload size",
        description="Bytes of the tables that come with one query of a caller without a token.",
        ge=0,
    )
    sync_s: int = Field(
        120,
        title="Sync time",
        description="Seconds a synchronous query may run that does not ask for more or less.",
        ge=1,
    )
    sync_longest_s: int = Field(
        600,
        title="Longest sync time",
        description="Seconds that EXECUTIONDURATION can give to a synchronous query at most.",
        ge=1,
    )
    async_s: int = Field(86_400, title="Async time", description="Seconds a job may run.", ge=1)
    default_rows: int = Field(
        100_000_000, title="Default rows", description="Rows returned when MAXREC is not given.", ge=1
    )
    maximum_rows: int = Field(
        1_000_000_000, title="Maximum rows", description="Rows returned at most, whatever MAXREC says.", ge=1
    )
    jobs_per_user: int = Field(
        20, title="Jobs per user", description="Unfinished jobs that one user may have.", ge=1
    )
    jobs_per_address: int = Field(
        20,
        title="Jobs per address",
        description="Unfinished jobs that callers without a token may have from one address (IPv6: one /64).",
        ge=0,
    )
    jobs_anonymous: int = Field(
        200,
        title="Anonymous jobs",
        description="Unfinished jobs that callers without a token may have together.",
        ge=0,
    )
    results_bytes: int = Field(
        100 * 1024**3,
        title="Kept results",
        description="Bytes that the results of one user's jobs may take together; without room no job is "
        "made, and one whose result does not fit fails.",
        ge=0,
    )
    results_anonymous_bytes: int = Field(
        10 * 1024**3,
        title="Kept results per address",
        description="Bytes that the results of the jobs of callers without a token may take, each address's.",
        ge=0,
    )
    jobs_listed: int = Field(
        10_000, title="Jobs listed", description="Jobs that one answer to a job list shows at most.", ge=1
    )
    wait_s: int = Field(
        60, title="Wait", description="Seconds for which a request with WAIT may be held open.", ge=1
    )
    job_lifetime_days: int = Field(
        7,
        title="Job lifetime",
        description="Days after which a finished job and its result are removed.",
        ge=1,
    )


class SlowReaders(_Model):
    """What is done for clients that read an answer more slowly than it is made."""

    patience_s: float = Field(
        2,
        title="Patience",
        description="Seconds for which the reader of an answer may keep its worker waiting, all in all; then "
        "what has not been read is written to disk as fast as it is made, and the worker is free.",
        ge=0,
    )
    answer_bytes: int = Field(
        4 * 1024**3,
        title="Waiting of one answer",
        description="Bytes of one answer that may wait on disk for its reader; one that needs more ends with "
        "an error.",
        ge=0,
    )
    bytes_in_all: int = Field(
        16 * 1024**3,
        title="Waiting in all",
        description="Bytes of all answers that may wait on disk; half as many of one caller's, and of all "
        "callers' without a token, of whom each address has an eighth.",
        ge=0,
    )
    read_s: float = Field(
        3600,
        title="Time to read",
        description="Seconds for which an answer waits on disk for its reader.",
        gt=0,
    )


class Jobs(_Model):
    """How jobs are claimed and run."""

    concurrent: int = Field(4, title="Concurrent", description="Jobs that one process runs at once.", ge=1)
    concurrent_per_user: int | None = Field(
        None,
        title="Concurrent of one user",
        description="Jobs of one user, and of all callers without a token together, that one process runs at "
        "once; one less than all if not given.",
        ge=1,
    )
    lease_s: float = Field(
        30,
        title="Lease",
        description="Seconds after which a job whose runner is silent is queued again.",
        gt=0,
    )
    poll_s: float = Field(
        1, title="Poll", description="Seconds between two looks for jobs queued by another process.", gt=0
    )


class MyDb(_Model):
    """What users may keep as tables of their own."""

    quota_bytes: int = Field(
        250 * 10**9, title="Quota", description="Bytes that the tables of one user may take together.", ge=0
    )
    quota_warning: float = Field(
        0.9,
        title="Quota warning",
        description="Part of the quota from which on users are told that there is little room left.",
        gt=0,
        le=1,
    )
    tables: int = Field(500, title="Tables", description="Tables that one user may have.", ge=1)
    upload_bytes: int = Field(
        512 * 1024**2, title="Upload size", description="Bytes of one uploaded file at most.", ge=1_000
    )
    create_s: int = Field(
        600,
        title="Create time",
        description="Seconds that a query may run to make a table, or an uploaded file may take to be read.",
        ge=1,
    )
    conversions: int = Field(
        2, title="Conversions", description="Uploaded files that are read at the same time.", ge=1
    )
    conversion_memory_mb: int = Field(
        3072,
        title="Conversion memory",
        description="Megabytes of memory that reading one uploaded file may use.",
        ge=512,
    )
    position_index_rows: int = Field(
        50_000,
        title="Index by position",
        description="Rows from which on a new table is indexed by position unasked, if UCDs tell it.",
        ge=1,
    )
    dropped_hours: int = Field(
        24,
        title="Dropped tables",
        description="Hours for which a dropped or replaced table can be restored.",
        ge=0,
    )


class Files(_Model):
    """What users may keep as files."""

    quota_bytes: int = Field(
        20 * 1024**3,
        title="Quota",
        description="Bytes that the files in one user's home may take together.",
        ge=0,
    )
    entries: int = Field(
        1_000, title="Entries", description="Entries of a folder that one answer shows at most.", ge=1
    )
    shared: bool = Field(
        False,
        title="Shared",
        description="Whether files are made so that user servers of other accounts can change them too. "
        "For homes that keep everybody else out, as in Kubernetes.",
    )
    deleted_hours: int = Field(
        24, title="Deleted files", description="Hours for which a deleted file can be restored.", ge=0
    )


class Settings(_Model):
    """All settings of the archive."""

    bind: Bind = Field(default_factory=Bind, title="Bind", description="Where the service listens.")
    prefix: str = Field(
        "/services/archive", title="Prefix", description="Path under which all addresses stand."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        title="Public address",
        description="Address of the site as its users see it, without the prefix.",
    )
    internal_url: str | None = Field(
        None,
        title="Internal address",
        description="Address of the site as servers inside it see it, without the prefix, if it differs.",
    )
    public_data: Path = Field(title="Public data", description="Folder of the published catalogues.")
    public_data_poll_s: float = Field(
        2.0,
        title="Look at public data",
        description="Seconds between two looks for new, changed or removed tables; 0: only at the start.",
        ge=0,
    )
    work_dir: Path = Field(title="Work folder", description="Folder for jobs, results and spilled data.")
    database_url: SecretStr | None = Field(
        None,
        title="Database",
        description="SQLAlchemy address of the database of jobs and of users' tables, such as "
        "postgresql+psycopg2://USER@HOST/DATABASE; an SQLite file in the work folder if not given.",
    )
    database_password_file: Path | None = Field(
        None,
        title="Database password file",
        description="File that holds the password of the database, so that it stands in no address.",
    )
    hub: Hub = Field(default_factory=Hub, title="Hub", description="The hub that knows whose a token is.")
    engine: Engine = Field(
        default_factory=Engine, title="Engine", description="The worker processes that run queries."
    )
    limits: Limits = Field(
        default_factory=Limits, title="Limits", description="What one request may ask for."
    )
    slow_readers: SlowReaders = Field(
        default_factory=SlowReaders,
        title="Slow readers",
        description="What is done for clients that read an answer more slowly than it is made.",
    )
    jobs: Jobs = Field(default_factory=Jobs, title="Jobs", description="How jobs are claimed and run.")
    mydb: MyDb = Field(
        default_factory=MyDb, title="MyDB", description="What users may keep as tables of their own."
    )
    files_dir: Path | None = Field(
        None,
        title="Files",
        description="Folder whose home/ holds users' files; without it the archive keeps no files.",
    )
    public_files_dir: Path | None = Field(
        None,
        title="Public files",
        description="Folder of files that everybody may read and nobody may change.",
    )
    files: Files = Field(
        default_factory=Files, title="Files' limits", description="What users may keep as files."
    )
    stop_grace_s: float = Field(
        10,
        title="Stop grace",
        description="Seconds that answers under way are given to end when the service is told to stop.",
        ge=0,
    )


def load_settings(files: Iterable[Path]) -> Settings:
    """Read settings files (YAML or JSON); what a later file says replaces what an earlier one said.

    Raises
    ------
    SettingsError
        With the file, the key's path and what is wrong with it.
    """
    merged: dict[str, Any] = {}
    names: list[str] = []
    for file in files:
        names.append(str(file))
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as e:
            raise SettingsError(f"The settings file {file} cannot be read: {e}") from e
        if not isinstance(content, dict):
            raise SettingsError(f"The settings file {file} must hold keys and values.")
        _merge(merged, content)
    try:
        return Settings.model_validate(merged)
    except ValidationError as e:
        faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in e.errors())
        raise SettingsError(f"The settings in {', '.join(names)} do not fit: {faults}") from e


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


if __name__ == "__main__" and "--schema" in sys.argv:
    sys.stdout.write(json.dumps(Settings.model_json_schema(by_alias=True), indent=2) + "\n")
