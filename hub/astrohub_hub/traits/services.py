"""Who else the hub knows: the archive, the notebook service, the operator's command, Prometheus."""

from __future__ import annotations

from typing import Any

from traitlets.config import Config

from ..settings import Settings

__all__ = ["apply", "service_list"]

#: Seconds that the hub, at its start, waits for a service: log-ins do not wait for an archive that is down.
ANSWER_S = 1


def service_list(settings: Settings) -> list[dict[str, Any]]:
    """Describe the services; one with an address is given a route through the proxy."""
    archive = settings.services.archive
    services: list[dict[str, Any]] = [
        {
            "name": "archive",
            "url": archive.url,
            "api_token": archive.api_token.get_secret_value(),
            "display": False,
            "timeout": ANSWER_S,
        }
    ]
    if notebooks := settings.services.notebooks:
        services.append(
            {
                "name": "notebooks",
                "url": notebooks.url,
                "api_token": notebooks.api_token.get_secret_value(),
                "display": False,
                "timeout": ANSWER_S,
            }
        )
    if settings.services.launcher:
        token = settings.services.launcher.api_token.get_secret_value()
        services.append({"name": "launcher", "api_token": token, "display": False})
    if settings.services.monitor:
        token = settings.services.monitor.api_token.get_secret_value()
        services.append({"name": "monitor", "api_token": token, "display": False})
    return services


def apply(c: Config, settings: Settings) -> None:
    """Set the services; their tokens are long and random, so that they need no slow hash."""
    c.JupyterHub.services = service_list(settings)
    c.JupyterHub.trust_user_provided_tokens = True
