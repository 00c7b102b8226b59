"""What a user server finds: addresses, its token, the data."""

from __future__ import annotations

from typing import Any

from traitlets.config import Config

from .. import places
from ..folders import FolderError
from ..refusal import ServerRefused
from ..server_token import ServerToken
from ..settings import Settings

__all__ = ["apply", "server_environment"]


def server_environment(settings: Settings, user: str, server: str = "") -> dict[str, str]:
    """Name what a server of this user finds in its environment."""
    found = {
        "ASTROHUB_URL": settings.public_url,
        "ASTROHUB_INTERNAL_URL": settings.inside_url,
        "ASTROHUB_TOKEN_FILE": str(places.token_file(settings, user, server)),
        "ASTROHUB_DATA": str(settings.data / "public"),
    }
    if settings.notebooks and settings.notebooks.exists():
        found["ASTROHUB_NOTEBOOKS"] = str(settings.notebooks)
    return found


def apply(c: Config, settings: Settings) -> None:
    """Set what happens before a server's start and after its stop."""
    tokens = ServerToken(settings)

    def before_start(spawner: Any) -> None:
        try:
            tokens.give(spawner)
        except (FolderError, OSError) as e:
            raise ServerRefused("it cannot be given its token", str(e), reason="token") from e
        # A new dictionary: the configured one is shared by all spawners.
        found = server_environment(settings, spawner.user.name, spawner.name)
        spawner.environment = {**spawner.environment, **found}

    c.Spawner.environment = dict(settings.servers.environment)
    c.Spawner.pre_spawn_hook = before_start
    c.Spawner.post_stop_hook = tokens.take_back
