"""The proxy, watched: one that is new and knows no routes is given all of them at once."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.utils import url_path_join

__all__ = ["WatchedProxy"]

LOOK_S, AWAY_S, ANSWER_S = 0.5, 0.1, 2
#: What is sent to the address of a pod that has gone is not refused: it is lost.
CONNECT_S = 0.5
NOT_FOUND = 404
#: Services whose pages are the hub's own. Those of another must not share its origin.
OURS = frozenset({"archive", "notebooks"})
_UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError)


class WatchedProxy(ConfigurableHTTPProxy):  # type: ignore[misc]
    """Asks the proxy twice a second for one route that only this hub makes.

    Without it a proxy that was replaced has no routes until the hub's next check, up to a minute later. Every
    check of the routes makes that one again: a proxy that does not know it has not been told of the others.
    """

    extra_routes: dict[str, str]  # a trait of the class above
    _watching: asyncio.Task[None] | None = None
    _known: tuple[Any, Any] | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which hub, archive and notebooks are reached; none where names do not count."""
        return (str(self.app.domain),) if self.app.subdomain_host else ()

    @property
    def mark(self) -> str:
        """The route that tells a proxy which has been told from one that has not."""
        path = url_path_join(self.app.hub.base_url, "routes-are-known", "/")
        return "".join(self.hosts[:1]) + str(path)

    def _ways_to_services(self, service_dict: Any) -> dict[str, str]:
        """Lead to our services under the hub's names: JupyterHub gives them another where names count."""
        reached = [service_dict[name].server for name in OURS & service_dict.keys()]
        return {host + server.base_url: server.host for host in self.hosts for server in reached if server}

    async def check_routes(self, user_dict: Any, service_dict: Any, routes: Any = None) -> None:
        """Add what is missing, drop what is stale; from the first time on, watch the proxy."""
        self._known = user_dict, service_dict
        ways = {self.mark: self.hub.host, **self._ways_to_services(service_dict)}
        self.extra_routes = {**self.extra_routes, **ways}
        await super().check_routes(user_dict, service_dict, routes)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        # Its own connections, each a new one: an old one may lead to a proxy that is gone.
        connections = aiohttp.TCPConnector(force_close=True)
        patience = aiohttp.ClientTimeout(total=ANSWER_S, sock_connect=CONNECT_S)
        headers = {"Authorization": f"token {self.auth_token}"}
        address = url_path_join(self.api_url, "api/routes", self.mark)
        async with aiohttp.ClientSession(connector=connections, timeout=patience, headers=headers) as session:
            while True:
                try:
                    async with session.get(address) as answer:
                        away, is_new = False, answer.status == NOT_FOUND
                except _UNREACHABLE:
                    away, is_new = True, False
                if is_new:
                    await self._tell()
                await asyncio.sleep(AWAY_S if away else LOOK_S)

    async def _tell(self) -> None:
        assert self._known
        self.log.warning("The proxy knows no routes: it is given all of them")
        try:
            await self.check_routes(*self._known)
        except Exception:  # the watch goes on: the next look tries again
            self.log.exception("The routes could not be given to the proxy")
