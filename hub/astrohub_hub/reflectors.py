"""What the hub remembers of the cluster's pods and events, kept up to date through any outage."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
from kubernetes_asyncio.client import ApiException
from kubespawner.reflector import ResourceReflector
from kubespawner.spawner import EventReflector, PodReflector

__all__ = ["SETTLING_S", "UNREACHABLE", "is_outage", "tireless"]

#: How a client learns that the API server is not there.
UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError)
_AGAIN_S = 1
#: Any version: after an outage the one that was seen last may be gone.
_ANY = "0"
#: Answers of an API server that will take the same request later.
_PASSING = frozenset({429, 502, 503, 504})
#: Nodes, scheduler and proxies ask ever more rarely while the API server is away: they come back after it.
SETTLING_S = 90


def is_outage(error: BaseException) -> bool:
    """Say whether the API server did not answer, or could not just then."""
    return error.status in _PASSING if isinstance(error, ApiException) else isinstance(error, UNREACHABLE)


class _Tireless(ResourceReflector):  # type: ignore[misc]
    """Asks again each second while the API server does not answer; KubeSpawner's own gives up after 51 s."""

    _away: float | None = None

    @property
    def is_settling(self) -> bool:
        """Whether the API server is away, or back so lately that others may still be finding it again."""
        return self._away is not None and time.monotonic() - self._away < SETTLING_S

    async def _list_and_update(self, resource_version: str | None = None) -> str:
        told = False
        while True:
            try:
                found: str = await super()._list_and_update(resource_version)
            except (*UNREACHABLE, ApiException) as e:
                if not self.first_load_future.done():
                    raise
                if not told:
                    self.log.warning("The %s cannot be read, trying again each second: %s", self.kind, e)
                told = True
                if is_outage(e):
                    self._away = time.monotonic()
            else:
                if told:
                    self.log.info("The %s can be read again", self.kind)
                return found
            resource_version = _ANY
            await asyncio.sleep(_AGAIN_S)

    async def _watch_and_update(self) -> None:
        # It ends when it gives up for any other reason, too.
        while not self._stopping:
            await super()._watch_and_update()
            await asyncio.sleep(_AGAIN_S)


class _TirelessPods(_Tireless, PodReflector):  # type: ignore[misc]
    """The pods of user servers."""


class _TirelessEvents(_Tireless, EventReflector):  # type: ignore[misc]
    """The events of pods."""


def tireless(kind: Any) -> Any:
    """Return the reflector that does not give up, for one of KubeSpawner's own."""
    return {PodReflector: _TirelessPods, EventReflector: _TirelessEvents}.get(kind, kind)
