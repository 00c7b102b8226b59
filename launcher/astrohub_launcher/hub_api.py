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
        return str(self._post(f"users/{quote(user, safe='')}/tokens", body)["token"])

    def restore_routes(self) -> None:
        """Let the hub tell the proxy all routes again."""
        self._post("proxy", None)

    def _post(self, path: str, body: dict[str, Any] | None) -> Any:
        address = urlsplit(self._url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request(
                "POST", f"/hub/api/{path}", json.dumps(body) if body is not None else None, headers
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as e:
            raise NotRunningError("The hub does not answer: see `./astrohub status`.") from e
        finally:
            connection.close()
        if answer.status >= 400:
            raise RefusedError(answer.status, _reason(answer.status, content))
        return json.loads(content) if content else None


def _reason(status: int, content: bytes) -> str:
    try:
        message = str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        message = ""
    return f"The hub refused it ({status}): {message}" if message else f"The hub refused it ({status})."
