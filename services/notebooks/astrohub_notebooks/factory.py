"""Builds every collaborator once."""

from __future__ import annotations

from dataclasses import dataclass

from .publisher import Publisher
from .settings import FolderSource, Settings, read_secret
from .storage.folder import FolderReader
from .storage.git import GitReader
from .storage.history import History
from .storage.results import Results
from .storage.versions import Versions
from .watcher import Watcher
from .webhooks import Deliveries

__all__ = ["Parts", "make_parts", "make_publisher"]


@dataclass(frozen=True)
class Parts:
    """What the handlers work with."""

    settings: Settings
    publisher: Publisher
    watcher: Watcher
    deliveries: Deliveries
    results: Results
    secret: str | None

    def __repr__(self) -> str:
        return "Parts()"  # the secret is in no log


def make_publisher(settings: Settings) -> Publisher:
    """Build the publisher for the source that the settings name."""
    return Publisher(
        _make_reader(settings),
        Versions(settings.directory),
        History(settings.directory / "history.json", settings.history_length),
        limits=settings.limits,
        keep_versions=settings.keep_versions,
    )


def make_parts(settings: Settings) -> Parts:
    """Build all of the service.

    Raises
    ------
    SettingsError
        If the webhook's secret cannot be read.
    """
    publisher = make_publisher(settings)
    watcher = Watcher(publisher, settings.source.poll_s)
    return Parts(
        settings,
        publisher,
        watcher,
        Deliveries(settings.webhook.deliveries),
        Results(settings.results or settings.directory / "results", settings.runs),
        _secret(settings),
    )


def _make_reader(settings: Settings) -> FolderReader | GitReader:
    if isinstance(settings.source, FolderSource):
        return FolderReader(settings.source, settings.leave_out)
    return GitReader(
        settings.source,
        settings.directory / "repository.git",
        limits=settings.limits,
        leave_out=settings.leave_out,
    )


def _secret(settings: Settings) -> str | None:
    if settings.webhook.secret_file is not None:
        return read_secret(settings.webhook.secret_file, "webhook's secret")
    if settings.webhook.secret is not None:
        return settings.webhook.secret.get_secret_value() or None
    return None
