"""Servers that the hub knows and pods that the cluster has: what is on one side only is found and settled."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kubernetes_asyncio.client import ApiException
from kubespawner.clients import load_config, shared_client
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError

from .adoption import Adopter, NotAdopted
from .earlier_records import EarlierRecords
from .identities import NumberBook
from .proxy_watch import WatchedProxy
from .reflectors import UNREACHABLE
from .settings import Settings

__all__ = ["MatchingProxy", "Orphans", "unmatched"]

_OF_SERVERS = "component=singleuser-server"
_REQUEST_S, _NOT_FOUND = 10, 404
_LOG = logging.getLogger("astrohub.reconciler")
_UNMATCHED = Gauge(
    "astrohub_unmatched_servers",
    "Servers without a pod and pods without a server, at the last look; 0 where hub and cluster agree",
    ["kind"],
)
_SETTLED = Counter(
    "astrohub_settled_servers",
    "Pods without a server that were adopted or removed, and servers without a pod that were written off",
    ["how"],
)


@dataclass(frozen=True)
class Unmatched:
    """What is on one side only.

    Parameters
    ----------
    orphans
        Names of pods of no server that the hub knows.
    ghosts
        Names of pods of servers that are ready in the hub's eyes and which the cluster does not have.
    """

    orphans: frozenset[str]
    ghosts: frozenset[str]


def unmatched(known: Mapping[str, bool], there: Iterable[str]) -> Unmatched:
    """Compare the pods of servers that the hub knows with the pods that are there.

    Parameters
    ----------
    known
        Names of the pods of all servers that are ready or on their way; true where ready.
    there
        Names of the pods that the cluster has and is not ending.
    """
    pods = frozenset(there)
    ready = {name for name, is_ready in known.items() if is_ready}
    return Unmatched(orphans=pods - known.keys(), ghosts=frozenset(ready - pods))


@dataclass
class Orphans:
    """Remembers since when each pod has had no server.

    Parameters
    ----------
    patience_s
        Seconds after which a pod without a server is given up: a start or a stop may be on its way.
    """

    patience_s: float
    _since: dict[str, float] = field(default_factory=dict)

    def due(self, orphans: Iterable[str], now: float) -> list[str]:
        """Take note of the orphans of this look, and return those that are to go."""
        self._since = {name: self._since.get(name, now) for name in orphans}
        return sorted(name for name, since in self._since.items() if now - since >= self.patience_s)


class MatchingProxy(WatchedProxy):
    """Compares servers and pods whenever it checks the routes: at the hub's start, then each minute."""

    _orphans: Orphans | None = None
    _earlier: EarlierRecords
    _clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._earlier = EarlierRecords()

    @property
    def _settings(self) -> Settings:
        settings: Settings = self.app.config.ClusterSpawner.settings
        return settings

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hub's name, and the one by which user servers reach it from inside."""
        inside = urlsplit(self._settings.inside_url).hostname
        return (*super().hosts, str(inside)) if super().hosts else ()

    async def check_routes(self, user_dict: Any, service_dict: Any, routes: Any = None) -> None:
        """Check the routes, then the pods."""
        await super().check_routes(user_dict, service_dict, routes)
        try:
            await self._match(user_dict)
        except (*UNREACHABLE, ApiException) as e:
            _LOG.warning("Servers and pods could not be compared: %s", str(e).partition("\n")[0])

    async def _match(self, user_dict: Any) -> None:
        spawners = {
            spawner.pod_name: spawner
            for user in user_dict.values()
            for spawner in user.spawners.values()
            if spawner.active
        }
        load_config()
        api, namespace = shared_client("CoreV1Api"), os.environ["POD_NAMESPACE"]
        listed = await api.list_namespaced_pod(
            namespace, label_selector=_OF_SERVERS, _request_timeout=_REQUEST_S
        )
        there = {p.metadata.name: p for p in listed.items if p.metadata.deletion_timestamp is None}
        numbers = NumberBook(self._settings.kubernetes.identities)
        adopter = Adopter(api, namespace, users=user_dict, proxy=self, numbers=numbers)
        known = {name: spawner.ready for name, spawner in spawners.items()}
        for name in await self._let_go_of_earlier(adopter, spawners, there):
            del known[name]
        found = unmatched(known, there)
        whys = await asyncio.gather(*(self._adopt(adopter, there[name]) for name in found.orphans))
        left = {name: why for name, why in zip(found.orphans, whys, strict=True) if why}
        _UNMATCHED.labels(kind="pod").set(len(left))
        _UNMATCHED.labels(kind="server").set(len(found.ghosts))
        for name in found.ghosts:
            _LOG.warning("The server of pod %s has no pod any more: it is written off", name)
            await spawners[name].poll_and_notify()
            _SETTLED.labels(how="written_off").inc()
        for name in self._due(frozenset(left)):
            _LOG.warning("The pod %s is removed with its Secret: %s", name, left[name])
            await _remove(api, namespace, name)
            _SETTLED.labels(how="removed").inc()

    async def _let_go_of_earlier(
        self, adopter: Adopter, spawners: Mapping[str, Any], there: Mapping[str, Any]
    ) -> set[str]:
        """Drop records of earlier servers than those that run; return the names of their pods."""
        self._earlier.forget_others(there.values())
        gone: set[str] = set()

        async def look(name: str) -> None:
            if await self._earlier.let_go(spawners[name], there[name], adopter):
                gone.add(name)

        ready = [name for name, spawner in spawners.items() if spawner.ready and name in there]
        await asyncio.gather(*(self._why_not(name, look(name)) for name in ready))
        return gone

    async def _adopt(self, adopter: Adopter, pod: Any) -> str:
        """Give a pod its server back; where that cannot be, return why not."""
        name = pod.metadata.name

        async def adopt() -> None:
            if await adopter.adopt(pod):
                _LOG.warning("The pod %s of a server that the hub had forgotten is adopted", name)
                _SETTLED.labels(how="adopted").inc()

        return await self._why_not(name, adopt())

    async def _why_not(self, name: str, doing: Awaitable[None]) -> str:
        """Do something about one pod; where that cannot be, return why not."""
        try:
            await doing
        except NotAdopted as e:
            _LOG.warning("The pod %s belongs to no server and is not adopted: %s", name, e)
            return str(e)
        except (*UNREACHABLE, ApiException) as e:
            return f"cluster or proxy did not answer ({type(e).__name__})"
        except Exception as e:  # noqa: BLE001 -- one pod must not end the hub, which looks as it starts
            _LOG.exception("The pod %s could not be looked at", name)
            if isinstance(e, SQLAlchemyError):
                self.db.rollback()
            return "it could not be looked at: see the hub's log"
        return ""

    def _due(self, orphans: frozenset[str]) -> list[str]:
        if self._orphans is None:
            self._orphans = Orphans(self._settings.kubernetes.orphan_s)
        return self._orphans.due(orphans, self._clock())


async def _remove(api: Any, namespace: str, name: str) -> None:
    # Both have the name of the pod. Homes are on volumes that no pod owns: they stay.
    for remove in (api.delete_namespaced_pod, api.delete_namespaced_secret):
        try:
            await remove(name, namespace, _request_timeout=_REQUEST_S)
        except ApiException as e:
            if e.status != _NOT_FOUND:
                raise
