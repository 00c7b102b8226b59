"""What a site can set of the notebook collection: a typed mirror of its settings files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from .errors import SettingsError

__all__ = [
    "Bind",
    "FolderSource",
    "GitSource",
    "Limits",
    "Settings",
    "Source",
    "Webhook",
    "load_settings",
    "read_secret",
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Bind(_Model):
    """Where the service listens."""

    host: str = Field(default="127.0.0.1", title="Host", description="Address of the interface to listen on.")
    port: int = Field(default=8091, title="Port", description="TCP port to listen on.", ge=1, le=65535)


class FolderSource(_Model):
    """A folder on this machine."""

    kind: Literal["folder"] = Field(title="Kind", description="A folder on this machine.")
    path: Path = Field(title="Path", description="The folder whose content is published.")
    poll_s: float = Field(
        default=2, title="Poll", description="Seconds between two looks at the folder.", gt=0
    )


class GitSource(_Model):
    """A branch of a git repository."""

    kind: Literal["git"] = Field(title="Kind", description="A branch of a git repository.")
    url: str = Field(title="Address", description="Address of the repository, without name and password.")
    branch: str = Field(
        default="main",
        title="Branch",
        description="Branch that is published.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/+-]*$",
    )
    subfolder: str = Field(
        default="", title="Subfolder", description="Folder of the repository that is published; all if empty."
    )
    poll_s: float = Field(
        default=300, title="Poll", description="Seconds between two fetches without a webhook.", gt=0
    )
    timeout_s: float = Field(
        default=120, title="Timeout", description="Seconds after which a fetch is given up.", gt=0
    )
    user: str = Field(
        default="git", title="User", description="Name that goes with the token of a private repository."
    )
    token_file: Path | None = Field(
        default=None,
        title="Token file",
        description="File with the token that reads a private repository over HTTPS.",
    )

    @field_validator("url")
    @classmethod
    def _has_no_secret(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.password or (parts.username and parts.scheme != "ssh"):
            raise ValueError("holds a name or password; put the token into tokenFile")
        if parts.scheme not in {"https", "http", "ssh", "file", "git"}:
            raise ValueError("must begin with https:, http:, ssh:, git: or file:")
        return url

    @field_validator("subfolder")
    @classmethod
    def _stays_inside(cls, subfolder: str) -> str:
        bare = subfolder.strip("/")
        if any(part in {"", ".", "..", ".git"} for part in bare.split("/")) and bare:
            raise ValueError("must be a folder inside the repository")
        return bare


Source = Annotated[FolderSource | GitSource, Field(discriminator="kind")]


class Webhook(_Model):
    """What makes a forge's message genuine."""

    secret: SecretStr | None = Field(
        default=None, title="Secret", description="Secret that the forge was given; secretFile is better."
    )
    secret_file: Path | None = Field(
        default=None, title="Secret file", description="File with the secret that the forge was given."
    )
    body_bytes: int = Field(
        default=5 * 1024**2, title="Body size", description="Bytes of a message at most.", ge=1024
    )
    body_s: float = Field(
        default=5, title="Body time", description="Seconds within which a message must have arrived.", gt=0
    )
    deliveries: int = Field(
        default=1000,
        title="Deliveries",
        description="Messages remembered so that none is acted upon twice.",
        ge=1,
    )


class Limits(_Model):
    """What a tree may have to be published. Each limit appears in the refusal of the tree that hits it."""

    files: int = Field(default=20_000, title="Files", description="Files and links at most.", ge=1)
    total_mb: float = Field(default=500, title="Total size", description="Megabytes at most.", gt=0)
    file_mb: float = Field(default=100, title="File size", description="Megabytes of one file at most.", gt=0)
    depth: int = Field(default=20, title="Depth", description="Folders within folders at most.", ge=1)


class Settings(_Model):
    """All settings of the notebook collection."""

    bind: Bind = Field(default_factory=Bind, title="Bind", description="Where the service listens.")
    prefix: str = Field(
        default="/services/notebooks",
        title="Prefix",
        description="Path under which all addresses stand.",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
    )
    directory: Path = Field(
        title="Directory",
        description="Folder that takes the versions; its link `current` is what readers see.",
    )
    source: Source = Field(title="Source", description="Where the collection comes from.")
    webhook: Webhook = Field(
        default_factory=Webhook, title="Webhook", description="What makes a forge's message genuine."
    )
    limits: Limits = Field(
        default_factory=Limits, title="Limits", description="What a tree may have to be published."
    )
    leave_out: tuple[str, ...] = Field(
        default=(".ipynb_checkpoints", "__pycache__", ".DS_Store", "*.swp", "*~", ".~*"),
        title="Leave out",
        description="Globs of names that are not published; `.git` never is.",
    )
    keep_versions: int = Field(
        default=5, title="Kept versions", description="Published versions that stay.", ge=1
    )
    results: Path | None = Field(
        default=None,
        title="Results",
        description=(
            "Folder with the notebook tester's reports: a JSON file for each run, its HTML beside it under "
            "the same name. The folder `results` in `directory` if empty."
        ),
    )
    runs: int = Field(default=60, title="Runs", description="Newest runs of the tester that are read.", ge=1)
    history_length: int = Field(
        default=200, title="History", description="Lines of the history that are kept.", ge=1
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
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as e:
            raise SettingsError(f"The settings file {file} cannot be read: {e}") from e
        except yaml.YAMLError as e:
            # The parser's own words quote the line, which may hold a secret.
            line = getattr(getattr(e, "problem_mark", None), "line", None)
            where = f", line {line + 1}" if line is not None else ""
            raise SettingsError(f"The settings file {file}{where} is neither YAML nor JSON.") from None
        content = {} if content is None else content
        if not isinstance(content, dict):
            raise SettingsError(f"The settings file {file} must hold keys and values.")
        _merge(merged, content)
    try:
        return Settings.model_validate(merged)
    except ValidationError as e:
        faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in e.errors())
        raise SettingsError(f"The settings in {', '.join(names)} do not fit: {faults}") from None


def read_secret(file: Path, purpose: str) -> str:
    """Read a secret from its file.

    Raises
    ------
    SettingsError
        If it cannot be read or is empty.
    """
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise SettingsError(f"The file {file} with the {purpose} cannot be read: {e}") from e
    if not secret:
        raise SettingsError(f"The file {file} with the {purpose} is empty.")
    return secret


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


if __name__ == "__main__" and "--schema" in sys.argv:
    sys.stdout.write(json.dumps(Settings.model_json_schema(by_alias=True), indent=2) + "\n")
