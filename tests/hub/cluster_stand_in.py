"""An API server with a few pods and Secrets, the servers in those pods, and a real hub that looks at them."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from astrohub_hub.reconciler import MatchingProxy
from astrohub_hub.settings import Settings
from astrohub_hub.traits import kubernetes, roles, services
from jupyterhub import orm
from jupyterhub.app import JupyterHub
from jupyterhub.httpclient import JupyterHubHTTPClient
from kubernetes_asyncio.client import Configuration
from kubespawner import KubeSpawner
from kubespawner.clients import load_config
from traitlets.config import Config

__all__ = ["STARTED", "ClusterStandIn", "Hub", "looking_hub", "server_pod"]

NAMESPACE = "site"
#: When the servers were started.
STARTED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


def server_pod(user: str = "ada", *, number: int = 100_000, profile: str = "") -> dict[str, Any]:
    """Describe a running user server as the API server shows it."""
    prefix = "hub.jupyter.org"
    return {
        "metadata": {
            "name": f"jupyter-{user}",
            "namespace": NAMESPACE,
            "uid": f"uid of {user}'s",
            "creationTimestamp": STARTED.isoformat(),
            "labels": {"component": "singleuser-server"},
            "annotations": {f"{prefix}/username": user, "astrohub/profile": profile},
        },
        "spec": {
            "containers": [
                {"name": "notebook", "image": "lab:1", "securityContext": {"runAsUser": number}},
            ]
        },
        "status": {
            "phase": "Running",
            "podIP": "127.0.0.1",
            "containerStatuses": [
                {
                    "name": "notebook",
                    "image": "lab:1",
                    "imageID": "",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": STARTED.isoformat()}},
                }
            ],
        },
    }


@dataclass
class ClusterStandIn:
    """What the API server knows.

    Parameters
    ----------
    pods, secrets
        By name.
    answers
        Whether the servers in the pods answer.
    keeps_pods
        Whether it fails to end a pod.
    """

    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: bool = True
    keeps_pods: bool = False
    port: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, pod: dict[str, Any], hub_token: str = "h" * 32, own_token: str = "o" * 32) -> None:
        """Let a pod and its Secret be there."""
        name = pod["metadata"]["name"]
        self.pods[name] = pod
        self.secrets[name] = {"JUPYTERHUB_API_TOKEN": hub_token, "token": own_token}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Answer on a free port."""
        app = web.Application()
        core = f"/api/v1/namespaces/{NAMESPACE}"
        app.router.add_get(f"{core}/pods", self._list)
        app.router.add_get(f"{core}/events", self._none)
        app.router.add_delete(f"{core}/pods/{{name}}", self._end)
        app.router.add_get(f"{core}/secrets/{{name}}", self._secret)
        app.router.add_delete(f"{core}/secrets/{{name}}", self._drop)
        app.router.add_get("/user/{user}/api", self._server)
        runner = web.AppRunner(app, shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield
        finally:
            await runner.cleanup()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if "watch" in request.query:
            # A watch that ends without an event is followed by a new list.
            await self._changed.wait()
            self._changed.clear()
            return web.Response()
        for pod in self.pods.values():
            for container in pod["spec"]["containers"]:
                container["ports"] = [{"name": "notebook-port", "containerPort": self.port}]
        return _items(list(self.pods.values()))

    async def _none(self, request: web.Request) -> web.StreamResponse:
        return _items([])

    async def _end(self, request: web.Request) -> web.StreamResponse:
        if self.keeps_pods:
            return web.json_response({"message": "not now"}, status=500)
        self._changed.set()
        return web.json_response(self.pods.pop(request.match_info["name"]))

    async def _secret(self, request: web.Request) -> web.StreamResponse:
        found = self.secrets.get(request.match_info["name"])
        if found is None:
            return web.json_response({"message": "not found"}, status=404)
        data = {key: base64.b64encode(value.encode()).decode() for key, value in found.items()}
        return web.json_response({"metadata": {"name": request.match_info["name"]}, "data": data})

    async def _drop(self, request: web.Request) -> web.StreamResponse:
        gone = self.secrets.pop(request.match_info["name"], None)
        return web.json_response({}, status=200 if gone else 404)

    async def _server(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"version": "2.17"}, status=200 if self.answers else 503)


def _items(items: list[dict[str, Any]]) -> web.Response:
    return web.json_response({"kind": "PodList", "items": items, "metadata": {"resourceVersion": "1"}})


@dataclass(frozen=True)
class Hub:
    """A hub in this process, all of it but the listening.

    Parameters
    ----------
    app
        JupyterHub's own.
    routes
        Where the proxy was told to lead, by what was asked for.
    """

    app: JupyterHub
    routes: dict[str, str]

    def add_user(self, name: str) -> orm.User:
        """Let somebody be known, as after an earlier log-in."""
        user = orm.User(name=name)
        self.app.db.add(user)
        user.roles.append(orm.Role.find(self.app.db, "user"))
        self.app.db.commit()
        return user

    async def look(self) -> None:
        """Compare servers and pods, as the hub does each minute."""
        await self.app.proxy._match(self.app.users)

    def whose(self, token: str) -> str | None:
        """Return the name of whom a token belongs to, if it is worth anything."""
        found = orm.APIToken.find(self.app.db, token)
        return found.user.name if found else None


@asynccontextmanager
async def looking_hub(
    cluster: ClusterStandIn, settings: Settings, folder: Path, patch: pytest.MonkeyPatch
) -> AsyncIterator[Hub]:
    """Start a hub that looks at a cluster."""
    async with cluster.serving():
        _point_to(cluster, folder, patch)
        app = JupyterHub(config=_config(cluster, settings))
        routes: dict[str, str] = {}

        async def add_route(spec: str, target: str, data: Any) -> None:
            routes[spec] = target

        async def delete_route(spec: str) -> None:
            routes.pop(spec, None)

        await app.initialize([])
        patch.setattr(app.proxy, "add_route", add_route)
        patch.setattr(app.proxy, "delete_route", delete_route)
        try:
            yield Hub(app, routes)
        finally:
            for user in app.users.values():
                for spawner in user.spawners.values():
                    spawner.stop_polling()
            await JupyterHubHTTPClient.instance().close()
            JupyterHubHTTPClient.clear_instance()
            app.db.close()
            Configuration.set_default(None)
            load_config.cache_clear()


def _point_to(cluster: ClusterStandIn, folder: Path, patch: pytest.MonkeyPatch) -> None:
    file = folder / "kubeconfig"
    context = {"name": "c", "context": {"cluster": "c", "user": "u", "namespace": NAMESPACE}}
    told = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "contexts": [context],
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{cluster.port}"}}],
        "users": [{"name": "u", "user": {}}],
    }
    file.write_text(json.dumps(told))
    patch.setenv("KUBECONFIG", str(file))
    patch.setattr("kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(file))
    patch.setenv("POD_NAMESPACE", NAMESPACE)
    patch.chdir(folder)
    load_config.cache_clear()
    KubeSpawner.reflectors.clear()  # they are of the class, and would be those of an earlier cluster


def _config(cluster: ClusterStandIn, settings: Settings) -> Config:
    c = Config()
    for topic in (services, roles, kubernetes):
        topic.apply(c, settings)
    c.JupyterHub.proxy_class = MatchingProxy
    c.JupyterHub.authenticator_class = "dummy"
    c.JupyterHub.db_url = "sqlite:///:memory:"
    c.JupyterHub.cookie_secret = b"c" * 32
    c.JupyterHub.log_level = logging.WARNING
    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.auth_token = "p" * 64
    c.KubeSpawner.namespace = NAMESPACE
    c.KubeSpawner.port = cluster.port
    c.KubeSpawner.image = "lab:1"
    return c
