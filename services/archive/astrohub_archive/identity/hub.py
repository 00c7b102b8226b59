"""Whose a token is, in the word of the hub."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from .. import settings
from ..errors import Forbidden, HubUnavailable, InvalidToken
from ..logs import log_event
from ..models import Principal
from .memory import TokenMemory
from .permissions import ACCESS_ARCHIVE, has_scope

__all__ = ["Identity"]

_NOBODY = Principal(None)


class _HubAuth(Protocol):
    """The part of `jupyterhub.services.auth.HubAuth` that is used here."""

    async def user_for_token(
        self, token: str, use_cache: bool, *, sync: bool
    ) -> Mapping[str, Any] | None: ...


class Identity:
    """Turns a token into a `Principal`; remembers for a while what the hub said.

    Parameters
    ----------
    options
        Where the hub is and how long its word counts.
    """

    def __init__(self, options: settings.Hub) -> None:
        self._options = options
        self._memory = TokenMemory(options.memory_tokens)
        self._under_way: dict[str, asyncio.Task[Principal | None]] = {}
        self._auth: _HubAuth | None = None
        self._loading = asyncio.Lock()

    async def start(self) -> None:
        """Make ready to ask.

        JupyterHub's modules take more than a second to import, so this may run beside the first requests.
        """
        async with self._loading:
            if self._auth is None:
                self._auth = await asyncio.to_thread(_hub_auth, self._options)

    async def stop(self) -> None:
        """Close the connections to the hub."""
        if self._auth is not None:
            await _close_connections()

    async def principal_of(self, token: str | None) -> Principal:
        """Say who sends `token`; nobody in particular when there is none.

        Raises
        ------
        InvalidToken
            The hub does not know the token, or no longer.
        Forbidden
            The token does not open the archive.
        HubUnavailable
            The hub does not answer and the token has not been seen lately.
        """
        if token is None:
            return _NOBODY
        principal = await self._look_up(token)
        if principal is None:
            raise InvalidToken(
                "The token is not known to the hub, or has expired; get a new one and try again."
            )
        if not has_scope(principal, ACCESS_ARCHIVE):
            raise Forbidden(f"The token does not open the archive; it needs the scope {ACCESS_ARCHIVE}.")
        return principal

    async def _look_up(self, token: str) -> Principal | None:
        try:
            return self._memory.recall(token, within_s=self._options.memory_s)
        except KeyError:
            pass
        # Many requests with one token (a notebook's loop) become one question to the hub.
        task = self._under_way.get(token)
        if task is None:
            task = asyncio.create_task(self._ask(token))
            self._under_way[token] = task
            task.add_done_callback(lambda done: self._answered(token, done))
        return await asyncio.shield(task)

    def _answered(self, token: str, done: asyncio.Task[Principal | None]) -> None:
        self._under_way.pop(token, None)
        if not done.cancelled():
            done.exception()  # seen, also when every caller has gone away meanwhile

    async def _ask(self, token: str) -> Principal | None:
        await self.start()
        assert self._auth is not None
        try:
            async with asyncio.timeout(self._options.timeout_s):
                model = await self._auth.user_for_token(token, use_cache=False, sync=False)
        except Exception as e:  # noqa: BLE001 -- whatever it is, the hub could not be asked
            return self._while_hub_is_away(token, e)
        principal = None if model is None else _principal(model)
        self._memory.remember(token, principal)
        return principal

    def _while_hub_is_away(self, token: str, failure: Exception) -> Principal | None:
        log_event("hub does not answer", level=logging.WARNING, reason=type(failure).__name__)
        try:
            return self._memory.recall(token, within_s=self._options.memory_s + self._options.outage_s)
        except KeyError:
            raise HubUnavailable(
                "The hub does not answer, so the token cannot be checked; "
                "public tables can be read without one."
            ) from failure


def _principal(model: Mapping[str, Any]) -> Principal:
    if model.get("kind", "user") != "user":
        raise Forbidden("The token belongs to a service; the archive answers users.")
    return Principal(str(model["name"]), frozenset(map(str, model.get("scopes", ()))))


def _hub_auth(options: settings.Hub) -> _HubAuth:
    from jupyterhub.services.auth import HubAuth

    auth: _HubAuth = HubAuth(api_url=options.api_url, api_token=options.api_token.get_secret_value())
    return auth


async def _close_connections() -> None:
    from jupyterhub.httpclient import JupyterHubHTTPClient

    await JupyterHubHTTPClient.loop_instance().close()
