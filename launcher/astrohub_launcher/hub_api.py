"""What the launcher asks of the hub."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

from .errors import LauncherError, NotRunningError

__all__ = ["HubApi", "RefusedError"]

_TIMEOUT_S = 30


class RefusedError(LauncherError):
    """The hub said no.

    Parameters
    ----------
    status
        The HTTP status of its answer.
    sentence
        What it said.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class HubApi:
    """The hub's REST API.

    Parameters
    ----------
    url
        The hub's own address, such as `http://127.0.0.1:8081`.
    token
        The launcher's token; it is sent in a header only.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def make_token(self, user: str, scopes: list[str], expires_s: int | None) -> str:
        """Return a new API token of a user."""
        body: dict[str, Any] = {"note": "made by ./astrohub token", "scopes": scopes}
        if expires_s is not None:
            body["expires_in"] = expires_s
        return str(self._ask("POST", f"users/{quote(user, safe='')}/tokens", body)["token"])

    def knows(self, user: str) -> bool:
        """Say whether there is such a user."""
        try:
            self._ask("GET", f"users/{quote(user, safe='')}", None)
        except RefusedError as e:
            if e.status == 404:
                return False
            raise
        return True

    def restore_routes(self) -> None:
        """Let the hub tell the proxy all routes again."""
        self._ask("POST", "proxy", None)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        address = urlsplit(self._url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            content = json.dumps(body) if body is not None else None
            connection.request(method, f"/hub/api/{path}", content, headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as e:
            raise NotRunningError("The hub does not answer: see `./astrohub status`.") from e
        finally:
            connection.close()
        if answer.status >= 400:
            raise RefusedError(answer.status, _reason(answer.status, said))
        return json.loads(said) if said else None


def _reason(status: int, content: bytes) -> str:
    try:
        message = str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        message = ""
    return f"The hub refused it ({status}): {message}" if message else f"The hub refused it ({status})."
