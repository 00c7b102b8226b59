"""A server starts through what an API server says as it comes and goes; what it refuses for good ends it."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace
from typing import Any

import kubespawner.spawner
import pytest
from astrohub_hub import cluster_spawner
from astrohub_hub.cluster_spawner import ClusterSpawner
from astrohub_hub.refusal import ServerRefused
from kubernetes_asyncio.client import ApiException
from kubespawner import KubeSpawner

ABOUT = 'secrets "s" is forbidden: User "hub" cannot delete resource "secrets"'


def refusal(status: int, message: str = "") -> ApiException:
    """Return what a client raises of an API server's refusal."""
    error = ApiException(status=status, reason="so")
    error.body = json.dumps({"message": message})
    return error


class _Api:
    """An API server with one Secret and one pod at most, that fails as it is told."""

    def __init__(self, *failures: Exception, after_the_pod: Exception | None = None) -> None:
        self.failures = list(failures)
        self.after_the_pod = after_the_pod
        self.there: set[str] = set()
        self.asked = 0

    async def delete_namespaced_secret(self, *_: Any) -> None:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        self._remove("secret")

    async def create_namespaced_secret(self, *_: Any) -> None:
        self.there.add("secret")

    async def create_namespaced_pod(self, *_: Any) -> None:
        if "pod" in self.there:
            raise refusal(409, "already exists")
        self.there.add("pod")
        error, self.after_the_pod = self.after_the_pod, None
        if error:
            raise error

    async def delete_namespaced_pod(self, *_: Any, **__: Any) -> None:
        self._remove("pod")

    def _remove(self, kind: str) -> None:
        if kind not in self.there:
            raise refusal(404)
        self.there.discard(kind)


@pytest.fixture
def spawner(monkeypatch: pytest.MonkeyPatch) -> ClusterSpawner:
    """A spawner whose cluster is settled, as far as the hub knows."""
    # There is no cluster to be found; all that is asked goes to the one of the test.
    monkeypatch.setattr(kubespawner.spawner, "load_config", lambda **_: None)
    monkeypatch.setattr(cluster_spawner, "AGAIN_S", 0)
    reflector = SimpleNamespace(pods={}, events=[], is_settling=False)
    monkeypatch.setattr(ClusterSpawner, "pod_reflector", property(lambda _: reflector))

    async def made() -> ClusterSpawner:
        return ClusterSpawner(_mock=True)

    return asyncio.run(made())


def create(spawner: ClusterSpawner, api: _Api) -> None:
    """Let it put its tokens down and make its pod; nothing waits for the pod to run."""
    spawner.api = api
    asyncio.run(spawner._create_and_wait())


@pytest.fixture
def _nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(_: KubeSpawner) -> str:
        return "http://127.0.0.1:2"

    async def listens(*_: Any) -> bool:
        return True

    monkeypatch.setattr(KubeSpawner, "_start", start)
    monkeypatch.setattr(cluster_spawner, "_listens", listens)


@pytest.mark.usefixtures("_nothing_runs")
def test_what_passes_is_waited_for(spawner: ClusterSpawner) -> None:
    api = _Api(ConnectionResetError(), refusal(503), refusal(403, ABOUT), refusal(401), refusal(500))
    create(spawner, api)
    assert api.asked == 6
    assert api.there == {"secret"}


@pytest.mark.usefixtures("_nothing_runs")
def test_what_a_settled_cluster_refuses_is_refused_at_once(spawner: ClusterSpawner) -> None:
    api = _Api(*[refusal(403, ABOUT)] * 9)
    with pytest.raises(ServerRefused, match="its old tokens cannot be removed"):
        create(spawner, api)
    assert api.asked == 1


@pytest.mark.usefixtures("_nothing_runs")
@pytest.mark.parametrize("first", [ConnectionResetError(), refusal(503)])
def test_what_is_still_refused_when_the_cluster_has_settled_is_refused(
    spawner: ClusterSpawner, monkeypatch: pytest.MonkeyPatch, first: Exception
) -> None:
    passed = iter(range(10**6))
    monkeypatch.setattr(
        cluster_spawner, "time", SimpleNamespace(monotonic=lambda: float(next(passed))), raising=True
    )
    api = _Api(first, *[refusal(403, ABOUT)] * 1000)
    with pytest.raises(ServerRefused, match="403"):
        create(spawner, api)
    assert 10 < api.asked < 100


@pytest.mark.usefixtures("_nothing_runs")
def test_whoever_waits_is_told_what_the_cluster_refuses(spawner: ClusterSpawner) -> None:
    spawner.pod_reflector.is_settling = True
    spawner._outage = None
    finding = spawner._passing(refusal(403, ABOUT))
    assert finding is not None
    assert (finding.reason, finding.detail) == ("refused", ABOUT)
    assert spawner._passing(refusal(422, "invalid")) is None


def test_a_pod_that_was_made_although_it_was_not_said_is_made_again_with_its_tokens(
    spawner: ClusterSpawner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start(self: Any) -> str:
        pod = SimpleNamespace(metadata=SimpleNamespace(name=self.pod_name), to_str=lambda: "")
        began = time.monotonic()
        while not await self._make_create_pod_request(pod, 5):
            assert time.monotonic() - began < 60
        return "http://127.0.0.1:2"

    async def listens(*_: Any) -> bool:
        return True

    def revoke(_: Any) -> None:
        raise AssertionError("the new tokens were taken back")

    monkeypatch.setattr(cluster_spawner.ServerToken, "revoke", revoke)
    monkeypatch.setattr(KubeSpawner, "_start", start)
    monkeypatch.setattr(cluster_spawner, "_listens", listens)
    api = _Api(ConnectionResetError(), after_the_pod=refusal(500, "etcdserver: request timed out"))
    create(spawner, api)
    assert api.there == {"secret", "pod"}
