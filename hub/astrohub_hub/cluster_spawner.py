"""User servers as pods: each under its user's own number, its tokens in a Secret and nowhere else."""

from __future__ import annotations

import asyncio
import html
import json
import time
from collections.abc import AsyncIterator
from typing import Any, NoReturn
from urllib.parse import urlsplit

from kubernetes_asyncio.client import ApiException, V1ObjectMeta, V1Pod, V1Secret
from kubespawner import KubeSpawner
from traitlets import Instance, Unicode

from .diagnosis import Finding, diagnose, explain_refusal
from .furnishing import HUB_TOKEN, TOKEN_KEY, Furnishing, furnish, server_environment
from .refusal import ServerRefused
from .server_token import ServerToken
from .settings import Settings

__all__ = ["ClusterSpawner"]

NOT_FOUND = 404
LOOK_S = 0.25
#: So that the cause is told before the hub's own time-out, which knows none.
BEFORE_THE_END_S = 2
SILENT = Finding("silent", "it does not answer", "no container has failed", None)


class ClusterSpawner(KubeSpawner):  # type: ignore[misc]
    """Starts a user's server as a pod that holds no token in its description."""

    settings = Instance(Settings, help="The hub's settings.").tag(config=True)
    prepare_image = Unicode(help="Image of the container that makes the home.").tag(config=True)

    _archive_token = ""

    def get_env(self) -> dict[str, str]:
        """Put what every server finds under what JupyterHub and the site's own variables say."""
        found = server_environment(self._given(), self.settings.public_url, self.settings.inside_url)
        activity = {"JUPYTERHUB_ACTIVITY_INTERVAL": str(self.settings.servers.activity_s)}
        return {**found, **activity, **super().get_env()}

    async def get_pod_manifest(self) -> V1Pod:
        """Describe the pod: KubeSpawner's, furnished."""
        return furnish(await super().get_pod_manifest(), self._given())

    async def _start(self) -> str:
        self._archive_token = ServerToken(self.settings).make(self)
        await self._keep_tokens()
        starting = asyncio.ensure_future(self._create_and_wait())
        watching = asyncio.ensure_future(self._await_hopeless())
        try:
            await asyncio.wait({starting, watching}, return_when=asyncio.FIRST_COMPLETED)
            return starting.result() if starting.done() else watching.result()
        finally:
            starting.cancel()
            watching.cancel()

    async def _create_and_wait(self) -> str:
        try:
            url: str = await super()._start()
        except ApiException as e:
            raise self._cannot_start(explain_refusal(e.status, _message(e))) from None
        # A container counts as running before its server listens: it may still stop in between.
        address = urlsplit(url)
        while True:
            if await _listens(address.hostname or "", address.port or self.port):
                return url
            await asyncio.sleep(LOOK_S)

    async def _await_hopeless(self) -> NoReturn:
        """End with the cause, in plain words, once it is clear that the pod will not come up.

        Raises
        ------
        ServerRefused
            When what stands in the way will not go away, or the time for the start is nearly over.
        """
        deadline = time.monotonic() + self.start_timeout - BEFORE_THE_END_S
        since: dict[str, float] = {}
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            finding = self._finding()
            if finding is None:
                since.clear()
            elif finding.patience_s is not None:
                seen = since.setdefault(finding.reason, now)
                if now - seen >= finding.patience_s:
                    raise self._cannot_start(finding)
            if now > deadline:
                raise self._cannot_start(finding or SILENT)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell what happens, and first of all what stands in the way."""
        told = ""
        async for event in super().progress():
            finding = self._finding()
            if finding and finding.what != told:
                told = finding.what
                waiting = f"Your server waits: {told}."
                yield {**event, "message": waiting, "raw_event": {}, "html_message": html.escape(waiting)}
            yield event

    def _finding(self) -> Finding | None:
        reflector = self.pod_reflector
        pod = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            return None
        return diagnose(pod)

    def _cannot_start(self, finding: Finding) -> ServerRefused:
        detail = f"pod {self.namespace}/{self.pod_name}: {finding.detail}"
        return ServerRefused(finding.what, detail, reason=finding.reason)

    async def stop(self, now: bool = False) -> None:
        """End the pod, and with it its tokens."""
        ServerToken.revoke(self)
        await super().stop(now)
        await self._drop_tokens()

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
            raise self._refused("its tokens cannot be kept", e) from None

    async def _drop_tokens(self) -> None:
        try:
            await self.api.delete_namespaced_secret(self.secret_name, self.namespace)
        except ApiException as e:
            if e.status != NOT_FOUND:
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
