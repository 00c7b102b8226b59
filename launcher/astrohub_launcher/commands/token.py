"""`token`: an API token of a user."""

from __future__ import annotations

import argparse

from ..credentials import read_credentials
from ..errors import LauncherError, NotRunningError
from ..hub_api import HubApi, RefusedError
from ..place import locate
from ..ports import HOST
from ..supervision.record import read_record

__all__ = ["DEFAULT_SCOPES", "KNOWN_SCOPES", "run"]

DEFAULT_SCOPES = (
    "access:services!service=archive",
    "custom:archive:read",
    "custom:archive:write",
    "custom:files:read",
    "custom:files:write",
)
KNOWN_SCOPES = (*DEFAULT_SCOPES, "custom:notebooks:publish")


def run(arguments: argparse.Namespace) -> int:
    """Print a new token and nothing else."""
    place, _ = locate(arguments.data)
    scopes = arguments.scope or list(DEFAULT_SCOPES)
    if unknown := [scope for scope in scopes if scope not in KNOWN_SCOPES]:
        raise LauncherError(f"There is no scope {unknown[0]!r}; there are: {', '.join(KNOWN_SCOPES)}.")
    try:
        record, credentials = read_record(place.run), read_credentials(place.run)
    except PermissionError as e:
        raise LauncherError(f"{place.run} belongs to another account: ask for tokens as that one.") from e
    if record is None or credentials is None or not record.is_alive():
        raise NotRunningError("astrohub is not running: start it with `./astrohub up`, then ask again.")
    hub = HubApi(f"http://{HOST}:{record.ports['hub']}", credentials.launcher)
    try:
        print(hub.make_token(arguments.user, scopes, arguments.expires))
    except RefusedError as e:
        if e.status in {403, 404} and not hub.knows(arguments.user):
            raise LauncherError(f"There is no user {arguments.user!r}.") from e
        raise
    return 0
