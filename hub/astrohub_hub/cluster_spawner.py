"""User servers as pods: each under its user's own number, its tokens in a Secret and nowhere else."""

from __future__ import annotations

from typing import Any

from kubernetes_asyncio.client import ApiException, V1ObjectMeta, V1Pod, V1Secret
from kubespawner import KubeSpawner
from traitlets import Instance, Unicode

from .furnishing import HUB_TOKEN, TOKEN_KEY, Furnishing, furnish, server_environment
from .refusal import ServerRefused
from .server_token import ServerToken
from .settings import Settings

__all__ = ["ClusterSpawner"]

NOT_FOUND = 404


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
        url: str = await super()._start()
        return url

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
