"""The hub in a pod: settings from the chart's values and a Secret, applied after z2jh's configuration."""

from __future__ import annotations

import atexit
import gc
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from traitlets.config import Config

from .reconciler import MatchingProxy
from .settings import Settings, SettingsError, merge, validated
from .traits import authenticator, kubernetes, logs, pages, roles, services

__all__ = ["FOLDER", "apply", "configure", "read_settings"]

#: Where z2jh's chart mounts values and Secrets.
FOLDER = Path("/usr/local/etc/jupyterhub")

OUR_AUTHENTICATOR = "astrohub_hub.authenticator.AccountsFileAuthenticator"
#: Services of the chart and of z2jh's, in the hub's own namespace.
ARCHIVE_SERVICE, PROXY_SERVICE = "archive", "proxy-public"
COOKIE_KEY = "hub.config.JupyterHub.cookie_secret"
CRYPT_KEY = "hub.config.CryptKeeper.keys"
#: The archive's own settings file: the hub takes the token by which the archive is known from it.
ARCHIVE_KEY = "archive.json"
#: Key of the Secret -> where its content goes.
SECRETS: dict[str, tuple[str, ...]] = {
    "proxy-token": ("proxy", "authToken"),
    "notebooks-token": ("services", "notebooks", "apiToken"),
    "launcher-token": ("services", "launcher", "apiToken"),
    "monitor-token": ("services", "monitor", "apiToken"),
}
#: Services without an address, which are there as soon as the Secret has their token.
ASKING = ("launcher", "monitor")
REQUIRED = ("proxy-token", ARCHIVE_KEY, COOKIE_KEY, CRYPT_KEY)


def read_settings(folder: Path = FOLDER) -> tuple[Settings, str]:
    """Read the settings from `custom.astrohub` of the chart's values and from the site's Secret.

    Returns
    -------
    settings, base path
        The base path is what z2jh's part was told: `hub.baseUrl`.

    Raises
    ------
    SettingsError
        With one sentence that says which value or which key of the Secret is missing or wrong.
    """
    values = _values(folder / "secret" / "values.yaml")
    secrets = folder / "existing-secret"
    missing = [key for key in REQUIRED if not (secrets / key).is_file()]
    if missing:
        raise SettingsError(
            f"The Secret named by jupyterhub.hub.existingSecret lacks {', '.join(missing)}: "
            "make it with `astrohub-admin secret`."
        )
    content = _defaults(secrets)
    merge(content, (values.get("custom") or {}).get("astrohub") or {})
    base = urlsplit(str(content.get("publicUrl"))).path
    content.setdefault("internalUrl", f"http://{PROXY_SERVICE}{base}")
    for key, path in SECRETS.items():
        if (secrets / key).is_file() and _is_wanted(content, path):
            merge(content, _nested(path, (secrets / key).read_text(encoding="utf-8").strip()))
    merge(content, {"services": {"archive": {"apiToken": _archive_token(secrets / ARCHIVE_KEY)}}})
    settings = validated(content, "jupyterhub.custom.astrohub")
    base = (values.get("hub") or {}).get("baseUrl") or "/"
    return settings, base.rstrip("/") + "/"


def apply(c: Config, settings: Settings, base_path: str = "/") -> None:
    """Set our topics on top of what z2jh's configuration has set; its own services stay.

    Raises
    ------
    SettingsError
        When the public address and z2jh's base path do not fit.
    """
    if settings.base_path != base_path:
        raise SettingsError(
            f"publicUrl has the path {settings.base_path} but jupyterhub.hub.baseUrl is {base_path}: "
            "give both the same."
        )
    kept = {name: list(c.JupyterHub.get(name, [])) for name in ("services", "load_roles")}
    for topic in (services, roles, pages, logs, kubernetes):
        topic.apply(c, settings)
    for name, before in kept.items():
        c.JupyterHub[name] = [*before, *c.JupyterHub[name]]
    if c.JupyterHub.get("authenticator_class") == OUR_AUTHENTICATOR:
        authenticator.apply(c, settings)
    c.JupyterHub.proxy_class = MatchingProxy
    c.ConfigurableHTTPProxy.auth_token = settings.proxy.auth_token.get_secret_value()
    if settings.public_url.startswith("https://"):
        c.JupyterHub.public_url = settings.public_url + "/"


def configure(c: Config) -> None:
    """Read and apply; have this process end soon when it is told to, since the next hub waits for its end.

    Raises
    ------
    SystemExit
        With one sentence, when the settings cannot be used: the hub does not start.
    """
    try:
        settings, base_path = read_settings()
        apply(c, settings, base_path)
    except SettingsError as e:
        raise SystemExit(str(e)) from None
    # At its end Python looks for circles among all objects: that takes a second or two, and is of no use.
    atexit.register(gc.freeze)


def _values(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise SettingsError(f"The chart's values {file} cannot be read: {e.strerror}.") from e
    except yaml.YAMLError:
        raise SettingsError(f"The chart's values {file} are not YAML.") from None
    return content if isinstance(content, dict) else {}


def _defaults(secrets: Path) -> dict[str, Any]:
    accounts = secrets / "accounts.json"
    return {
        "data": "/srv/jupyterhub",
        "labEnvironment": "/opt/astrohub",
        "proxy": {},
        "services": {"archive": {"url": f"http://{ARCHIVE_SERVICE}:8090"}},
        "accounts": {"file": str(accounts)} if accounts.is_file() else {},
    }


def _is_wanted(content: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Say whether a token is used: not that of a service with an address which the values do not name."""
    return path[0] != "services" or path[1] in (*ASKING, *content["services"])


def _archive_token(file: Path) -> str:
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["hub"]["apiToken"])
    except (ValueError, KeyError, TypeError):
        raise SettingsError(
            f"The key {file.name} of the site's Secret must be JSON with hub.apiToken."
        ) from None


def _nested(path: tuple[str, ...], value: str) -> dict[str, Any]:
    nested: Any = value
    for key in reversed(path):
        nested = {key: nested}
    return dict(nested)
