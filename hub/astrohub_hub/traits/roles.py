"""Custom scopes, and the roles that hold them."""

from __future__ import annotations

from typing import Any

from traitlets.config import Config

from ..scopes import CUSTOM_SCOPES, LAUNCHER_SCOPES, USER_SCOPES
from ..settings import Settings

__all__ = ["apply", "role_list"]


def role_list(settings: Settings) -> list[dict[str, Any]]:
    """Describe the roles: what JupyterHub gives to users and servers, and the archive besides."""
    roles: list[dict[str, Any]] = [
        {
            "name": "user",
            "description": "A user: their own resources, the archive, their files",
            "scopes": ["self", *USER_SCOPES],
        },
        {
            "name": "server",
            "description": "A user server: report activity, and act for its user in the archive",
            "scopes": ["users:activity!user", "access:servers!server", *USER_SCOPES],
        },
    ]
    if settings.services.launcher:
        roles.append(
            {
                "name": "launcher",
                "description": "The operator's command: users' tokens, what runs, the proxy's routes",
                "scopes": list(LAUNCHER_SCOPES),
                "services": ["launcher"],
            }
        )
    if settings.services.monitor:
        roles.append(
            {
                "name": "monitor",
                "description": "Prometheus: the hub's figures",
                "scopes": ["read:metrics"],
                "services": ["monitor"],
            }
        )
    return roles


def apply(c: Config, settings: Settings) -> None:
    """Set scopes and roles, and how long tokens made by users last at most."""
    c.JupyterHub.custom_scopes = {name: {"description": said} for name, said in CUSTOM_SCOPES.items()}
    c.JupyterHub.load_roles = role_list(settings)
    c.JupyterHub.token_expires_in_max_seconds = settings.sessions.token_days * 86_400
