"""The cluster as preflight uses it: objects of one namespace, made, watched, removed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from .settings import PreflightError

__all__ = ["Cluster", "Refused", "connected"]

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_PATHS = {
    "Pod": "/api/v1/namespaces/{}/pods",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "Event": "/api/v1/namespaces/{}/events",
}
_REQUEST_S = 30
_PAUSE_S = 0.4
_NOT_FOUND = 404


class Refused(Exception):
    """The API server does not do what it was asked.

    Parameters
    ----------
    status
        HTTP's.
    message
        What it says.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Cluster:
    """One namespace of a cluster.

    Parameters
    ----------
    client
        Client of kubernetes_asyncio, which knows address and credentials.
    namespace
        Where everything is made.
    """

    client: Any
    namespace: str

    async def make(self, described: dict[str, Any]) -> dict[str, Any]:
        """Make an object.

        Raises
        ------
        Refused
            When the API server does not take it.
        """
        return dict(await self._ask("POST", self._path(described["kind"]), body=described))

    async def get(self, kind: str, name: str) -> dict[str, Any] | None:
        """Return an object; nothing where there is none.

        Raises
        ------
        Refused
            When the API server does not show it.
        """
        try:
            return dict(await self._ask("GET", f"{self._path(kind)}/{name}"))
        except Refused as e:
            if e.status == _NOT_FOUND:
                return None
            raise

    async def objects(self, kind: str, **query: str) -> list[dict[str, Any]]:
        """List objects of the namespace.

        Raises
        ------
        Refused
            When the API server does not show them.
        """
        return list((await self._ask("GET", self._path(kind), query=query))["items"])

    async def remove(self, selector: str) -> None:
        """Remove all that a run has made."""
        query = {"labelSelector": selector, "gracePeriodSeconds": "0"}
        for kind in ("Pod", "PersistentVolumeClaim", "NetworkPolicy"):
            await self._ask("DELETE", self._path(kind), query=query)

    async def remove_pod(self, name: str) -> None:
        """Remove one pod at once, if it is still there."""
        try:
            await self._ask("DELETE", f"{self._path('Pod')}/{name}", query={"gracePeriodSeconds": "0"})
        except Refused as e:
            if e.status != _NOT_FOUND:
                raise

    async def await_pod(
        self, name: str, until: Callable[[dict[str, Any]], bool], patience_s: float
    ) -> dict[str, Any]:
        """Return a pod as soon as something holds of it, or as it is when patience ends; {} if it went."""
        end, was_there = time.monotonic() + patience_s, False
        while True:
            pod = await self.get("Pod", name) or {}
            if until(pod) or time.monotonic() > end or (was_there and not pod):
                return pod
            was_there = bool(pod)
            await asyncio.sleep(_PAUSE_S)

    async def said(self, name: str) -> dict[str, Any]:
        """Return the last line that a probe printed, which is JSON; nothing where it is not."""
        text = await self._text("GET", f"{self._path('Pod')}/{name}/log", {"tailLines": "5"})
        for line in reversed(text.splitlines()):
            try:
                seen = json.loads(line)
            except ValueError:
                continue
            if isinstance(seen, dict):
                return seen
        return {}

    async def version(self) -> tuple[str, float]:
        """Return the version of the API server, and by how many seconds at least its clock is ahead."""
        begin = time.time()
        response = await self._request("GET", "/version")
        content = json.loads(await response.text())
        end = time.time()
        # A whole second, told at some time between: a slow answer says nothing against a clock.
        told = parsedate_to_datetime(response.headers["Date"]).timestamp()
        return str(content["gitVersion"]), max(0.0, told - end) - max(0.0, begin - (told + 1))

    def _path(self, kind: str) -> str:
        return _PATHS[kind].format(self.namespace)

    async def _ask(
        self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None
    ) -> Any:
        return json.loads(await self._text(method, path, query, body))

    async def _text(self, method: str, path: str, query: dict[str, str] | None, body: Any = None) -> str:
        response = await self._request(method, path, query, body)
        with _answering():
            text = str(await response.text())
        if response.status >= 400:
            raise Refused(response.status, _message(text))
        return text

    async def _request(
        self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None
    ) -> Any:
        with _answering():
            return await self.client.call_api(
                path,
                method,
                query_params=list((query or {}).items()),
                header_params={"Accept": "application/json, */*"},
                body=body,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=_REQUEST_S,
            )


@contextmanager
def _answering() -> Iterator[None]:
    """Say in a sentence that an answer did not come, or not to its end."""
    try:
        yield
    except (ClientError, TimeoutError) as e:
        raise PreflightError(f"The API server does not answer: {e or 'no answer in time'}.") from e


@asynccontextmanager
async def connected(namespace: str) -> AsyncIterator[Cluster]:
    """Connect as this pod's account, or as the kubeconfig says.

    Parameters
    ----------
    namespace
        Where to work; that of the pod or of the kubeconfig's context if empty.

    Raises
    ------
    PreflightError
        When nothing says where the cluster is.
    """
    from kubernetes_asyncio.client import ApiClient, Configuration  # slow, and not everywhere
    from kubernetes_asyncio.config import (
        ConfigException,
        list_kube_config_contexts,
        load_incluster_config,
        load_kube_config,
    )

    configuration = Configuration()
    try:
        if (_ACCOUNT / "token").is_file():
            load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
            here = (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
        else:
            await load_kube_config(client_configuration=configuration)
            context: Any = list_kube_config_contexts()[1]
            here = context["context"].get("namespace", "default")
    except (ConfigException, OSError) as e:
        raise PreflightError(f"No cluster is known here ({e}): set KUBECONFIG.") from e
    async with ApiClient(configuration) as client:
        yield Cluster(client, namespace or here)


def _message(text: str) -> str:
    try:
        return str(json.loads(text).get("message") or text)
    except (ValueError, AttributeError):
        return text.strip()[:300]
