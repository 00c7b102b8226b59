"""What a site can set of the hub: a typed mirror of its settings files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import Field, SecretStr, ValidationError, field_validator

from .kubernetes_settings import Kubernetes
from .model import Model

__all__ = [
    "Account",
    "Accounts",
    "ArchiveService",
    "Bind",
    "Hub",
    "LauncherService",
    "Proxy",
    "Servers",
    "Services",
    "Sessions",
    "Settings",
    "SettingsError",
    "load_settings",
    "merge",
    "settings_files",
    "validated",
]

CONFIG_VARIABLE = "ASTROHUB_HUB_CONFIG"


class SettingsError(Exception):
    """A settings file that cannot be read or holds a key or value that is not known."""


class Bind(Model):
    """Where the proxy listens for the public."""

    host: str = Field("127.0.0.1", title="Host", description="Address of the interface to listen on.")
    port: int = Field(8000, title="Port", description="TCP port to listen on.", ge=1, le=65535)


class Proxy(Model):
    """The proxy in front of everything; started by somebody else."""

    api_url: str = Field(
        "http://127.0.0.1:8001", title="API address", description="Address at which the proxy takes routes."
    )
    auth_token: SecretStr = Field(
        title="Token", description="Secret that the proxy expects of whoever changes its routes."
    )


class Hub(Model):
    """The hub's own address and database."""

    host: str = Field("127.0.0.1", title="Host", description="Address the hub listens on.")
    port: int = Field(8081, title="Port", description="TCP port the hub listens on.", ge=1, le=65535)
    database_url: SecretStr | None = Field(
        None,
        title="Database",
        description="SQLAlchemy address of the database; an SQLite file in the data folder if not given.",
    )
    log_level: str = Field(
        "INFO",
        title="Log level",
        description="The least important kind of event that is logged.",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
    )


class Account(Model):
    """The unprivileged account of the operating system under which user servers run."""

    uid: int = Field(title="User", description="Numeric user; it needs no passwd entry.", ge=1)
    gid: int = Field(title="Group", description="Numeric group.", ge=1)


class Accounts(Model):
    """Who may log in with a name and a password, and how often they may fail."""

    file: Path | None = Field(
        None,
        title="File",
        description="The accounts file; hub/accounts.json in the data folder if not given.",
    )
    refresh_s: int = Field(
        60,
        title="Refresh",
        description="Seconds after which it is checked again that somebody active still has an account.",
        ge=1,
    )
    failures: int = Field(
        5, title="Failures", description="Failed log-ins to one name from one address.", ge=1
    )
    failures_per_name: int = Field(
        50, title="Failures per name", description="Failed log-ins to one name from everywhere.", ge=1
    )
    failures_per_address: int = Field(
        200,
        title="Failures per address",
        description="Failed log-ins from one address, whatever the names. A whole class may share one.",
        ge=1,
    )
    failures_s: int = Field(
        60, title="Waiting time", description="Seconds after which a failed log-in is forgotten.", ge=1
    )


class Sessions(Model):
    """How long a log-in and a token last."""

    days: float = Field(7, title="Session", description="Days after which a browser must log in again.", gt=0)
    token_days: int = Field(
        365, title="Token lifetime", description="Days that a token made by a user lasts at most.", ge=1
    )
    server_token_days: int = Field(
        30,
        title="Server token lifetime",
        description="Days that a user server's token lasts; it is made anew at each start.",
        ge=1,
    )


class Servers(Model):
    """How user servers are started, watched and stopped."""

    default_url: str = Field("/lab", title="Start page", description="What a server shows first.")
    start_timeout_s: int = Field(
        60, title="Start timeout", description="Seconds a server may take until it answers.", ge=5
    )
    poll_s: int = Field(
        30, title="Poll interval", description="Seconds between two looks whether a server still runs.", ge=1
    )
    activity_s: int = Field(
        300, title="Activity interval", description="Seconds between two reports of activity.", ge=10
    )
    stop_with_hub: bool = Field(
        True,
        title="Stop with the hub",
        description="Whether stopping the hub in good order stops user servers too; a crash never does.",
    )
    environment: dict[str, str] = Field(
        default_factory=dict,
        title="Environment",
        description="Further environment variables of every user server.",
    )


class ArchiveService(Model):
    """The archive, as the hub knows it."""

    url: str = Field(
        "http://127.0.0.1:8090",
        title="Address",
        description="Where the archive listens.",
        pattern="^https?://",
    )
    api_token: SecretStr = Field(
        title="API token", description="Token by which the archive is known to the hub.", min_length=32
    )


class NotebookService(Model):
    """The notebook service, as the hub knows it."""

    url: str = Field(
        "http://127.0.0.1:8091",
        title="Address",
        description="Where the notebook service listens.",
        pattern="^https?://",
    )
    api_token: SecretStr = Field(
        title="API token", description="Token by which the service is known to the hub.", min_length=32
    )


class LauncherService(Model):
    """The operator's command, as the hub knows it."""

    api_token: SecretStr = Field(
        title="API token", description="Token by which the launcher is known to the hub.", min_length=32
    )


class MonitorService(Model):
    """Whoever collects the hub's figures, as the hub knows it."""

    api_token: SecretStr = Field(
        title="API token", description="Token by which Prometheus is known to the hub.", min_length=32
    )


class Services(Model):
    """Who else the hub knows."""

    archive: ArchiveService = Field(title="Archive", description="The archive, as the hub knows it.")
    notebooks: NotebookService | None = Field(
        None, title="Notebooks", description="The notebook service, where the site has one."
    )
    launcher: LauncherService | None = Field(
        None, title="Launcher", description="The operator's command, as the hub knows it."
    )
    monitor: MonitorService | None = Field(
        None, title="Monitor", description="Prometheus, as the hub knows it: it may read the hub's figures."
    )


class Settings(Model):
    """All settings of the hub."""

    public_url: str = Field(
        title="Public address",
        description="Address of the site as its users see it, with its path if it has one.",
        pattern="^https?://[^/]+",
    )
    internal_url: str | None = Field(
        None,
        title="Internal address",
        description="The same paths as user servers reach them; the proxy's own address if not given.",
        pattern="^https?://[^/]+",
    )
    site_name: str = Field(
        "astrohub",
        title="Site name",
        description="What the pages call the site.",
        min_length=1,
        max_length=60,
    )
    data: Path = Field(title="Data", description="Folder of everything that is kept.")
    public_bind: Bind = Field(
        default_factory=Bind, title="Public bind", description="Where the proxy listens for the public."
    )
    proxy: Proxy = Field(title="Proxy", description="The proxy in front of everything.")
    hub: Hub = Field(default_factory=Hub, title="Hub", description="The hub's own address and database.")
    account: Account | None = Field(
        None,
        title="Account",
        description="The account under which user servers run; the hub's own if not given.",
    )
    lab_environment: Path = Field(
        title="Lab environment", description="The Python environment that user servers run in."
    )
    notebooks: Path | None = Field(
        None, title="Notebooks", description="Folder or link of the current notebook collection."
    )
    services: Services = Field(title="Services", description="Who else the hub knows.")
    accounts: Accounts = Field(
        default_factory=Accounts, title="Accounts", description="Who may log in with a name and a password."
    )
    sessions: Sessions = Field(
        default_factory=Sessions, title="Sessions", description="How long a log-in and a token last."
    )
    servers: Servers = Field(
        default_factory=Servers, title="Servers", description="How user servers are started and watched."
    )
    kubernetes: Kubernetes = Field(
        default_factory=Kubernetes,
        title="Kubernetes",
        description="User servers as pods; without meaning where they are processes of this machine.",
    )

    @field_validator("public_url", "internal_url")
    @classmethod
    def _without_trailing_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @property
    def base_path(self) -> str:
        """The path under which the whole site stands; ends in a slash."""
        return urlsplit(self.public_url).path.rstrip("/") + "/"

    @property
    def inside_url(self) -> str:
        """The site's base address as user servers reach it, without trailing slash."""
        if self.internal_url:
            return self.internal_url
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(  # noqa: S104
            self.public_bind.host, self.public_bind.host
        )
        return f"http://{host}:{self.public_bind.port}{self.base_path}".rstrip("/")


def settings_files(variable: str = CONFIG_VARIABLE) -> list[Path]:
    """Name the settings files that the environment variable lists.

    Raises
    ------
    SettingsError
        When the variable is not set.
    """
    names = [name for name in os.environ.get(variable, "").split(":") if name]
    if not names:
        raise SettingsError(f"{variable} must name the hub's settings files, separated by colons.")
    return [Path(name) for name in names]


def load_settings(files: Iterable[Path]) -> Settings:
    """Read settings files (YAML or JSON); what a later file says replaces what an earlier one said.

    Raises
    ------
    SettingsError
        With the files, the key's path and what is wrong with it; never with a value.
    """
    merged: dict[str, Any] = {}
    names: list[str] = []
    for file in files:
        names.append(str(file))
        merge(merged, _content(file))
    return validated(merged, ", ".join(names))


def validated(content: dict[str, Any], where: str) -> Settings:
    """Check what was read.

    Raises
    ------
    SettingsError
        With the place and the key's path; never with a value.
    """
    try:
        return Settings.model_validate(content)
    except ValidationError as e:
        raise SettingsError(f"The settings in {where} do not fit: {_faults(e)}.") from None


def merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    """Put what `other` says over what is there, key by key."""
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def _content(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise SettingsError(f"The settings file {file} cannot be read: {e.strerror}.") from e
    except (UnicodeDecodeError, yaml.YAMLError) as e:
        raise SettingsError(f"The settings file {file} is neither YAML nor JSON{_place(e)}.") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"The settings file {file} must hold keys and values.")
    return content


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""


def _faults(error: ValidationError) -> str:
    said = {"extra_forbidden": "is not a known key", "missing": "is missing"}
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))} {said.get(fault['type'], 'is wrong: ' + fault['msg'])}"
        for fault in error.errors(include_input=False, include_url=False)
    )


if __name__ == "__main__" and "--schema" in sys.argv:
    sys.stdout.write(json.dumps(Settings.model_json_schema(by_alias=True), indent=2) + "\n")
