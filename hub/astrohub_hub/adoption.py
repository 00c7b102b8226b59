"""A pod whose server the hub has forgotten gets its record back, where all it says of itself is proved."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jupyterhub import orm
from jupyterhub.metrics import RUNNING_SERVERS
from jupyterhub.user import User
from jupyterhub.utils import url_escape_path, url_path_join, wait_for_http_server
from kubernetes_asyncio.client import ApiException

from .furnishing import HUB_TOKEN, PROFILE, TOKEN_KEY
from .identities import NumberBook
from .server_token import ServerToken, TokenOfAnother, is_token_of

__all__ = ["Adopter", "Claimed", "NotAdopted", "claimed"]

_USER, _SERVER = "hub.jupyter.org/username", "hub.jupyter.org/servername"
_CONTAINER = "notebook"
_NOT_FOUND, _REQUEST_S = 404, 10
#: Seconds that a server has to answer.
ANSWER_S = 3
_LOG = logging.getLogger("astrohub.reconciler")


class NotAdopted(Exception):
    """Why a pod does not get a server's record; a clause that follows "because"."""


@dataclass(frozen=True)
class Claimed:
    """What a pod says of itself.

    Parameters
    ----------
    pod
        Its name.
    user, server
        Whose it is, and which of the user's servers.
    number
        The number under which it runs.
    profile
        The kind of server that it was started as, empty for the usual one; nothing where it does not say.
    started
        When it was made.
    """

    pod: str
    user: str
    server: str
    number: int | None
    profile: str | None
    started: datetime


def claimed(pod: Mapping[str, Any]) -> Claimed:
    """Read what a pod says of itself.

    Parameters
    ----------
    pod
        As the API server shows it.

    Raises
    ------
    NotAdopted
        When it is not a server that runs.
    """
    metadata = pod["metadata"]
    notes = metadata.get("annotations") or {}
    if not notes.get(_USER):
        raise NotAdopted("it does not say whose it is")
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    if not any(c["name"] == _CONTAINER and (c.get("state") or {}).get("running") for c in statuses):
        raise NotAdopted("no server runs in it")
    container: Mapping[str, Any] = next((c for c in pod["spec"]["containers"] if c["name"] == _CONTAINER), {})
    if not container.get("ports") or not pod["status"].get("podIP"):
        raise NotAdopted("it has no address")
    return Claimed(
        pod=metadata["name"],
        user=notes[_USER],
        server=notes.get(_SERVER, ""),
        number=(container.get("securityContext") or {}).get("runAsUser"),
        profile=notes.get(PROFILE),
        started=datetime.fromisoformat(metadata["creationTimestamp"]).astimezone(UTC),
    )


class Adopter:
    """Gives pods their server's record, route and tokens back.

    Nothing that a user can write is believed: only the hub makes pods and their Secrets, users have no
    account of the cluster. What the pod says must still be what the hub itself would say of that server.

    Parameters
    ----------
    api
        Client of the API server.
    namespace
        Where the pods are.
    users
        The hub's users.
    proxy
        Where the route is made.
    numbers
        Who has which number.
    """

    def __init__(self, api: Any, namespace: str, *, users: Any, proxy: Any, numbers: NumberBook) -> None:
        self._api, self._namespace = api, namespace
        self._users, self._proxy, self._numbers = users, proxy, numbers

    async def adopt(self, pod: Any) -> bool:
        """Make a pod the server that it was.

        Returns
        -------
        bool
            False where the hub is about to start or stop that server itself.

        Raises
        ------
        NotAdopted
            When that is not safe, or the pod does not answer.
        """
        shown = self._api.api_client.sanitize_for_serialization(pod)
        claim = claimed(shown)
        user = self._owner(claim)
        spawner = self._spawner(user, claim)
        if spawner.active:
            return False
        spawner._spawn_pending = True  # nobody starts another one meanwhile
        try:
            await self._take_up(user, spawner, claim, shown)
        finally:
            spawner._spawn_pending = False
        await self._proxy.add_user(user, claim.server)
        return True

    def _owner(self, claim: Claimed) -> User:
        user = self._users.get(claim.user)
        if user is None:
            self._keep_number_of_unknown(claim)
            raise NotAdopted(f"there is no user {claim.user!r}")
        if claim.server and not user.allow_named_servers:
            raise NotAdopted("servers have no names here")
        return user

    def _keep_number_of_unknown(self, claim: Claimed) -> None:
        """Let nobody else have the number of a user who came after the backup: files there are under it."""
        told = self._users.settings
        theirs = told["spawner_class"](
            user=orm.User(name=claim.user), orm_spawner=orm.Spawner(name=claim.server), config=told["config"]
        )
        if theirs.pod_name == claim.pod and claim.number is not None:
            self._numbers.keep(self._users.db, claim.user, claim.number)

    def _spawner(self, user: User, claim: Claimed) -> Any:
        try:
            spawner = user.get_or_create_spawner(claim.server, "", replace_failed=True)
        except ValueError:
            raise NotAdopted("its server's name is not one that may be given") from None
        if spawner.pod_name != claim.pod:
            raise NotAdopted(f"the pod of that server is called {spawner.pod_name}")
        if claim.number is None or not self._numbers.keep(spawner.db, user.name, claim.number):
            raise NotAdopted(f"{claim.number} is not the number of {user.name}")
        if user.name in user.authenticator.blocked_users:
            raise NotAdopted(f"{user.name} is blocked")
        return spawner

    async def _take_up(self, user: User, spawner: Any, claim: Claimed, shown: Mapping[str, Any]) -> None:
        options = _options(spawner, claim)
        tokens = await self.tokens(claim.pod)
        url = spawner.address_of(shown)
        path = url_path_join(user.base_url, url_escape_path(claim.server), "api")
        try:
            await wait_for_http_server(url + path, timeout=ANSWER_S)
        except TimeoutError:
            raise NotAdopted(f"it does not answer at {url}") from None
        age_s = (datetime.now(UTC) - claim.started).total_seconds()
        try:
            is_token_of(user, tokens[HUB_TOKEN])
            ServerToken(spawner.settings).keep(spawner, tokens[TOKEN_KEY], age_s)
            spawner.adopts(url, tokens[HUB_TOKEN])
            await user.spawn(claim.server, options=options)
        except TokenOfAnother:
            raise NotAdopted("its token belongs to somebody else") from None
        except Exception as e:  # whatever JupyterHub meets there: it has then ended the pod itself
            raise NotAdopted(f"it could not be taken up: {e}") from e
        spawner.orm_spawner.started = claim.started.replace(tzinfo=None)
        spawner.db.commit()
        spawner.add_poll_callback(self._stopped, user, claim.server)
        RUNNING_SERVERS.inc()

    async def tokens(self, pod: str) -> dict[str, str]:
        """Read the tokens that a pod's server holds.

        Raises
        ------
        NotAdopted
            When they are not there.
        """
        try:
            secret = await self._api.read_namespaced_secret(pod, self._namespace, _request_timeout=_REQUEST_S)
        except ApiException as e:
            if e.status == _NOT_FOUND:
                raise NotAdopted("it was to end: its tokens are gone") from None
            raise
        found = {key: base64.b64decode(value).decode() for key, value in (secret.data or {}).items()}
        if not found.get(HUB_TOKEN) or not found.get(TOKEN_KEY):
            raise NotAdopted("its Secret lacks a token")
        return found

    async def _stopped(self, user: User, server: str) -> None:
        _LOG.warning("The server %s/%s has ended", user.name, server)
        await self._proxy.delete_user(user, server)
        await user.stop(server)


def _options(spawner: Any, claim: Claimed) -> dict[str, str]:
    """Return what its user chose for it.

    Raises
    ------
    NotAdopted
        When that user may not have such a server now.
    """
    profiles = spawner.profile_list
    allowed = profiles(spawner) if callable(profiles) else profiles
    if not allowed:
        return {}
    if claim.profile is None or claim.profile not in {"", *(profile["slug"] for profile in allowed)}:
        raise NotAdopted(f"{claim.user} may not have a server of its kind")
    return {"profile": claim.profile} if claim.profile else {}
