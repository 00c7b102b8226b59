"""What preflight is to look at: the chart writes it from the site's values (ConfigMap `preflight`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

import yaml
from pydantic import Field, ValidationError

from ..model import Model

__all__ = ["PreflightError", "PreflightSettings", "Server", "Volume", "read_settings"]

#: Key of the ConfigMap that the chart writes.
KEY = "preflight.yaml"


class PreflightError(Exception):
    """Preflight cannot be run at all; the message says why and what to do."""


class Volume(Model):
    """A volume of the site."""

    name: str = Field(title="Name", description="Name under `storage` in the values.")
    claim: str = Field(title="Claim", description="Its PersistentVolumeClaim; tried if it is there already.")
    storage_class: str | None = Field(
        None, title="Storage class", description="Storage class of a claim to be made; the default if null."
    )
    access_modes: tuple[str, ...] = Field(
        ("ReadWriteMany",), title="Access modes", description="Access modes of the claim."
    )


class Server(Model):
    """A kind of user server: what it is sure to have, and what it may have."""

    name: str = Field(title="Name", description="Its name in what is told.")
    cpu_guarantee: str = Field("0", title="CPU guarantee", description="Processors.")
    cpu_limit: str = Field("0", title="CPU limit", description="Processors; 0 is no limit.")
    memory_guarantee: str = Field("0", title="Memory guarantee", description="Memory, like `512M`.")
    memory_limit: str = Field("0", title="Memory limit", description="Memory; 0 is no limit.")


class PreflightSettings(Model):
    """All that is looked at."""

    public_url: str = Field(title="Public URL", description="The site's address.", pattern="^https?://")
    subdomains: bool = Field(
        False, title="Subdomains", description="Whether every user has a name below the site's."
    )
    secret: str = Field("", title="Secret", description="The site's Secret; not looked at if empty.")
    secret_keys: tuple[str, ...] = Field((), title="Keys", description="Keys that the Secret must have.")
    probe_image: str = Field(title="Probe's image", description="The hub's image, in which the probes run.")
    pull_policy: str = Field("IfNotPresent", title="Pull policy", description="When images are fetched.")
    pull_secrets: tuple[str, ...] = Field((), title="Pull secrets", description="For the registry.")
    images: tuple[str, ...] = Field((), title="Images", description="Images that must be fetchable.")
    volumes: tuple[Volume, ...] = Field((), title="Volumes", description="Volumes of the site.")
    network_policy: bool = Field(
        True, title="Network policy", description="Whether the site relies on network policies."
    )
    servers: tuple[Server, ...] = Field((), title="Servers", description="Kinds of user servers.")
    services: tuple[str, ...] = Field(
        (), title="Services", description="`host:port` that must answer, once the site is installed."
    )
    users: int = Field(1, title="Users", description="Servers at once that must fit the quota.", ge=1)
    patience_s: int = Field(
        120, title="Patience", description="Seconds that a probe may take, pulling its image included.", ge=5
    )


def read_settings(source: Path | TextIO) -> PreflightSettings:
    """Read the settings, alone or within the ConfigMap as the chart renders it.

    Raises
    ------
    PreflightError
        With one sentence that says which key is missing or wrong.
    """
    try:
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source.read()
        return PreflightSettings.model_validate(_settings_in(yaml.safe_load(text)))
    except OSError as e:
        raise PreflightError(f"The settings {source} cannot be read: {e.strerror}.") from e
    except (yaml.YAMLError, UnicodeDecodeError):
        raise PreflightError("The settings are not YAML.") from None
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the settings"
        raise PreflightError(f"Wrong settings: {where}: {first['msg']}.") from None


def _settings_in(content: Any) -> Any:
    if isinstance(content, dict) and content.get("kind") == "ConfigMap":
        return yaml.safe_load((content.get("data") or {}).get(KEY, ""))
    return content
