"""What the hub logs, and how often it records activity."""

from __future__ import annotations

from traitlets.config import Config

from ..settings import Settings

__all__ = ["apply"]


def apply(c: Config, settings: Settings) -> None:
    """Set the log's shape and the intervals; routes are checked again at the activity interval."""
    c.JupyterHub.log_level = settings.hub.log_level
    c.JupyterHub.log_format = "%(asctime)s %(levelname)s %(name)s %(message)s"
    c.JupyterHub.log_datefmt = "%Y-%m-%dT%H:%M:%S%z"
    c.JupyterHub.last_activity_interval = settings.servers.activity_s
    c.JupyterHub.activity_resolution = min(settings.servers.activity_s, 60)
