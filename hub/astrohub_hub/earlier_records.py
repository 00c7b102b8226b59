"""A record of an earlier server than the one that runs, as in a restored database, is let go."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from jupyterhub import orm
from jupyterhub.metrics import RUNNING_SERVERS
from jupyterhub.utils import compare_token

from .adoption import Adopter, NotAdopted
from .furnishing import HUB_TOKEN

__all__ = ["EarlierRecords"]

_LOG = logging.getLogger("astrohub.reconciler")


class EarlierRecords:
    """Compares, once for each pod, the record of its server with the token that the pod holds."""

    def __init__(self) -> None:
        self._compared: set[str] = set()

    def forget_others(self, pods: Iterable[Any]) -> None:
        """Remember nothing of pods that are not there any more."""
        self._compared &= {pod.metadata.uid for pod in pods}

    async def let_go(self, spawner: Any, pod: Any, adopter: Adopter) -> bool:
        """Drop the record of a ready server if it is not that of the server in the pod, and say so.

        That its token was revoked is no reason: it is still the secret of the server's OAuth client.
        """
        if pod.metadata.uid in self._compared:
            return False
        try:
            token = (await adopter.tokens(pod.metadata.name))[HUB_TOKEN]
        except NotAdopted:  # it is to end
            return False
        self._compared.add(pod.metadata.uid)
        if not spawner.ready or spawner.user.spawners.get(spawner.name) is not spawner:
            return False  # it has ended meanwhile
        if orm.APIToken.find(spawner.user.db, token) or _is_secret_of_client(spawner, token):
            return False
        _LOG.warning("The pod %s runs a later server than the hub remembers", pod.metadata.name)
        _drop(spawner)
        return True


def _is_secret_of_client(spawner: Any, token: str) -> bool:
    client = spawner.orm_spawner.oauth_client
    return client is not None and bool(compare_token(client.secret, token))


def _drop(spawner: Any) -> None:
    user = spawner.user
    spawner.stop_polling()
    spawner.server = None
    user.db.commit()
    user.spawners.pop(spawner.name)
    RUNNING_SERVERS.dec()
