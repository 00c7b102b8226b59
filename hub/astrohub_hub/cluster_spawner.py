"""User servers as pods: each under its user's own number, its tokens in a Secret and nowhere else."""

from __future__ import annotations

import asyncio
import html
import json
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, NoReturn
from urllib.parse import urlsplit

from jupyterhub import orm
from kubernetes_asyncio.client import ApiException, V1ObjectMeta, V1Pod, V1Secret
from kubespawner import KubeSpawner
from traitlets import Instance, Unicode

from .finding import Finding
from .furnishing import HUB_TOKEN, PROFILE, TOKEN_KEY, Furnishing, furnish, server_environment
from .patience import patience_of
from .pod_watch import PodWatch
from .reflectors import SETTLING_S, UNREACHABLE, is_outage, tireless
from .refusal import ServerRefused
from .server_token import ServerToken, is_token_of
from .settings import Settings
from .signals import explain_refusal, refused_by_a_beginner, unreachable_api

__all__ = ["ClusterSpawner", "without_foreign_namespace"]

NOT_FOUND = 404
LOOK_S = 0.25
AGAIN_S = 1
#: Whether what runs belongs to the making of a pod.
_MAKING: ContextVar[bool] = ContextVar("making", default=False)


def without_foreign_namespace(state: dict[str, Any], namespace: str) -> dict[str, Any]:
    """Leave out of a server's state where it ran, if that was another site, whose backup this is."""
    if state.get("namespace", namespace) == namespace:
        return state
    return {key: value for key, value in state.items() if key not in ("namespace", "dns_name")}


class ClusterSpawner(KubeSpawner):  # type: ignore[misc]
    """Starts a user's server as a pod that holds no token in its description."""

    settings = Instance(Settings, help="The hub's settings.").tag(config=True)
    prepare_image = Unicode(help="Image of the container that makes the home.").tag(config=True)

    user_options: dict[str, Any]  # a trait of the class above
    api_token: str  # as well
    _archive_token = ""
    _watch: PodWatch | None = None
    _found: Finding | None = None
    _outage: Finding | None = None
    _unreachable = -math.inf
    _adopted: tuple[str, str] | None = None

    def adopts(self, url: str, token: str) -> None:
        """Let the next start be none: the server runs at this address and holds this token of the hub's."""
        self._adopted = url, token

    def address_of(self, pod: Mapping[str, Any]) -> str:
        """Return where the server of a pod is reached."""
        return str(self._get_pod_url(pod))

    def get_env(self) -> dict[str, str]:
        """Put what every server finds under what JupyterHub and the site's own variables say."""
        found = server_environment(self._given(), self.settings.public_url, self.settings.inside_url)
        activity = {"JUPYTERHUB_ACTIVITY_INTERVAL": str(self.settings.servers.activity_s)}
        return {**found, **activity, **super().get_env()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up what was known of a server."""
        super().load_state(without_foreign_namespace(state, self.namespace))

    async def load_user_options(self) -> None:
        """Take up what the user chose: now, or at an earlier start, of which the site may know no more.

        Raises
        ------
        ServerRefused
            When the site has no such kind of server.
        """
        if not self.profile_list:
            self.user_options = {k: v for k, v in self.user_options.items() if not k.startswith("profile")}
        try:
            await super().load_user_options()
        except ValueError as e:
            what = "this site has no server of the kind that was chosen"
            cure = "Choose another kind of server."
            raise ServerRefused(what, str(e), reason="profile", cure=cure) from None

    async def get_pod_manifest(self) -> V1Pod:
        """Describe the pod: KubeSpawner's, furnished."""
        pod = furnish(await super().get_pod_manifest(), self._given())
        pod.metadata.annotations[PROFILE] = str(self.user_options.get("profile", ""))
        return pod

    async def _start_reflector(self, kind: str, reflector_class: Any, **options: Any) -> Any:
        return await super()._start_reflector(kind, tireless(reflector_class), **options)

    async def _start(self) -> str:
        if self._adopted:
            return self._take_up()
        self._archive_token = ServerToken(self.settings).make(self)
        self._watch = watch = PodWatch(self)
        starting = asyncio.ensure_future(self._create_and_wait())
        watching = asyncio.ensure_future(self._await_hopeless(watch))
        try:
            await asyncio.wait({starting, watching}, return_when=asyncio.FIRST_COMPLETED)
            return starting.result() if starting.done() else watching.result()
        except ServerRefused:
            # Where there is no pod, the hub does not ask for its end.
            ServerToken.revoke(self)
            with suppress(ServerRefused, ApiException, *UNREACHABLE):
                await self._drop_tokens()
            raise
        finally:
            starting.cancel()
            watching.cancel()

    async def _create_and_wait(self) -> str:
        while True:
            try:
                url = await self._create()
                break
            except UNREACHABLE as e:
                self._outage = self._passing(e)
            except ApiException as e:
                self._outage = self._passing(e)
                if self._outage is None:
                    raise self._cannot_start(explain_refusal(e.status, _message(e))) from None
            await asyncio.sleep(AGAIN_S)
        # A container counts as running before its server listens: it may still stop in between.
        address = urlsplit(url)
        while True:
            if await _listens(address.hostname or "", address.port or self.port):
                return url
            await asyncio.sleep(LOOK_S)

    async def _create(self) -> str:
        await self._keep_tokens()
        self._outage = None
        making = _MAKING.set(True)
        try:
            url: str = await super()._start()
        finally:
            _MAKING.reset(making)
        return url

    def _passing(self, error: Any) -> Finding | None:
        """Say what is waited for until the API server takes the same request; None where it never will."""
        now = time.monotonic()
        if is_outage(error):
            self._unreachable = now
            return unreachable_api(error)
        reflector = self.pod_reflector
        is_settling = reflector is not None and reflector.is_settling
        if is_settling or now - self._unreachable < SETTLING_S:
            return refused_by_a_beginner(error.status, _message(error))
        return None

    async def _await_hopeless(self, watch: PodWatch) -> NoReturn:
        """End with the cause, in plain words, once it is clear that the pod will not come up.

        Raises
        ------
        ServerRefused
            When what stands in the way will not go away, or the time for it is over.
        """
        patience = patience_of(self.settings)
        while True:
            await asyncio.sleep(LOOK_S)
            self._found = self._outage or await watch.look()
            if hopeless := patience.look(self._found, time.monotonic()):
                raise self._cannot_start(hopeless)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell what happens, and first of all what stands in the way, for how long by now."""
        percent, told, shown = 5, "", set[str]()
        while not (self._start_future and self._start_future.done()):
            events = self._watch.events() if self._watch else []
            for event in (event for event in events if event["metadata"]["uid"] not in shown):
                shown.add(event["metadata"]["uid"])
                percent += (90 - percent) // 3
                yield {"progress": percent, "raw_event": event, "message": f"{event.get('message')}"}
            if self._found is None:
                told = ""
            elif (what := self._found.what) != told:
                told = what
                waiting = f"Your server waits: {what}. {self._found.cure}"
                yield {"progress": percent, "message": waiting, "html_message": html.escape(waiting)}
            await asyncio.sleep(LOOK_S)

    def _cannot_start(self, finding: Finding) -> ServerRefused:
        detail = f"pod {self.namespace}/{self.pod_name}: {finding.detail}"
        return ServerRefused(finding.what, detail, reason=finding.reason, cure=finding.cure)

    def _take_up(self) -> str:
        """Let the token that the server holds be the one that JupyterHub has just made for it."""
        assert self._adopted
        (url, token), self._adopted = self._adopted, None
        if not is_token_of(self.user, token):
            row = orm.APIToken.find(self.db, self.api_token)
            row.token = token
            self.db.commit()
        self.api_token = token
        return url

    async def stop(self, now: bool = False) -> None:
        """End the pod, and with it its tokens."""
        if _MAKING.get():
            # KubeSpawner ends a pod that is in the way of the one that it makes, whose tokens these are.
            await super().stop(now)
            return
        ServerToken.revoke(self)
        # First: a pod without its Secret is known as one that was to end, whatever happens now.
        with suppress(ServerRefused, ApiException, *UNREACHABLE):
            await self._drop_tokens()
        # A machine that fetches an image does not end its pod before; there is nothing in it yet to be saved.
        now = now or self._is_pending()
        # KubeSpawner would wait as long as for a start, which may include finding room.
        await asyncio.wait_for(super().stop(now), self.settings.servers.start_timeout_s)
        await self._drop_tokens()

    def _is_pending(self) -> bool:
        reflector = self.pod_reflector
        pod = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
        return pod is not None and pod["status"].get("phase") == "Pending"

    def _given(self) -> Furnishing:
        return Furnishing(
            kubernetes=self.settings.kubernetes,
            user=self.user.name,
            groups=frozenset(group.name for group in self.user.groups),
            image=self.prepare_image,
            pull_policy=self.image_pull_policy or "IfNotPresent",
            secret=self.secret_name,
        )

    async def _keep_tokens(self) -> None:
        """Put the tokens into a Secret of this start; one that an earlier start left behind goes first."""
        await self._drop_tokens()
        labels = self._build_common_labels(self._expand_all(self.extra_labels))
        secret = V1Secret(
            metadata=V1ObjectMeta(name=self.secret_name, labels=labels),
            type="Opaque",
            string_data={HUB_TOKEN: self.api_token, TOKEN_KEY: self._archive_token},
        )
        try:
            await self.api.create_namespaced_secret(self.namespace, secret)
        except ApiException as e:
            if self._passing(e):
                raise
            raise self._refused("its tokens cannot be kept", e) from None

    async def _drop_tokens(self) -> None:
        try:
            await self.api.delete_namespaced_secret(self.secret_name, self.namespace)
        except ApiException as e:
            if e.status == NOT_FOUND:
                return
            if self._passing(e):
                raise
            raise self._refused("its old tokens cannot be removed", e) from None

    def _refused(self, what: str, error: Any) -> ServerRefused:
        # The exception's own text may quote the request, with the tokens in it.
        detail = f"Secret {self.namespace}/{self.secret_name}: {error.status} {error.reason}"
        return ServerRefused(what, detail, reason="token")


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), timeout=1)
    except (TimeoutError, OSError):
        return False
    writer.close()
    return True


def _message(error: Any) -> str:
    """Return what the API server says, without the request."""
    try:
        return str(json.loads(error.body)["message"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)
