"""Apply every topic of the settings to JupyterHub's configuration, in order."""

from __future__ import annotations

from traitlets.config import Config

from .settings import Settings, SettingsError, load_settings, settings_files
from .traits import (
    authenticator,
    contract,
    database,
    logs,
    network,
    pages,
    roles,
    services,
    spawner,
)

__all__ = ["apply", "configure"]

TOPICS = (network, database, services, roles, authenticator, spawner, contract, pages, logs)


def apply(c: Config, settings: Settings) -> None:
    """Set the traits of all topics."""
    for topic in TOPICS:
        topic.apply(c, settings)


def configure(c: Config) -> None:
    """Read the settings that the environment names and set all traits.

    Raises
    ------
    SystemExit
        With one sentence, when the settings or the accounts cannot be used: the hub does not start.
    """
    try:
        settings = load_settings(settings_files())
        (settings.data / "hub").mkdir(mode=0o700, parents=True, exist_ok=True)
        apply(c, settings)
    except SettingsError as e:
        raise SystemExit(str(e)) from None
    except OSError as e:
        raise SystemExit(f"The hub cannot use its data folder: {e.filename}: {e.strerror}.") from None
