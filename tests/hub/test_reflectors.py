"""What the hub remembers of the cluster comes back by itself after any outage of the API server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from astrohub_hub import reflectors
from kubespawner.spawner import PodReflector


class _Answer:
    """What the API server answers: one pod, at some version."""

    ok = True

    async def read(self) -> bytes:
        pod = {"metadata": {"namespace": "there", "name": "jupyter-ada"}}
        return json.dumps({"items": [pod], "metadata": {"resourceVersion": "7"}}).encode()


class _Refusal:
    """What an API server answers that cannot serve now."""

    ok = False

    def __init__(self, status: int) -> None:
        self.status, self.reason = status, "not now"

    async def json(self) -> dict[str, str]:
        return {"message": self.reason}


class _Api:
    """An API server that fails as often as it is told, then answers."""

    def __init__(self, *failures: Exception | _Refusal) -> None:
        self._failures = list(failures)
        self.versions: list[str | None] = []

    async def list_namespaced_pod(self, **asked: Any) -> _Answer | _Refusal:
        self.versions.append(asked.get("resource_version"))
        failure = self._failures.pop(0) if self._failures else _Answer()
        if isinstance(failure, Exception):
            raise failure
        return failure


def _read(api: _Api, *, before: bool) -> Any:
    async def read() -> Any:
        reflector = reflectors.tireless(PodReflector)(namespace="there")
        reflector.api = api
        if before:
            reflector.first_load_future.set_result(None)
        await reflector._list_and_update("6")
        return reflector

    return asyncio.run(read())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reflectors, "_AGAIN_S", 0)


def test_an_outage_is_waited_for_and_then_any_version_will_do() -> None:
    # KubeSpawner's own would have given up long before.
    api = _Api(*[ConnectionRefusedError()] * 100, _Refusal(503), _Refusal(410))
    assert list(_read(api, before=True).pods) == ["there/jupyter-ada"]
    assert api.versions[0] == "6"
    assert set(api.versions[1:]) == {"0"}


def test_a_hub_that_never_saw_the_cluster_says_so() -> None:
    with pytest.raises(ConnectionRefusedError):
        _read(_Api(ConnectionRefusedError()), before=False)


def test_a_cluster_whose_api_server_is_just_back_is_known_to_be_settling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not _read(_Api(), before=True).is_settling
    after = _read(_Api(ConnectionRefusedError()), before=True)
    assert after.is_settling
    monkeypatch.setattr(reflectors, "SETTLING_S", 0)
    assert not after.is_settling


def test_a_cluster_whose_api_server_is_away_is_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    async def told(_: float) -> None:
        seen.append(reflector.is_settling)

    async def read() -> None:
        await reflector._list_and_update("6")

    async def begin() -> Any:
        begun = reflectors.tireless(PodReflector)(namespace="there")
        begun.api = _Api(*[ConnectionRefusedError()] * 3)
        begun.first_load_future.set_result(None)
        return begun

    reflector = asyncio.run(begin())
    monkeypatch.setattr(reflectors.asyncio, "sleep", told)
    assert not reflector.is_settling
    asyncio.run(read())
    assert seen == [True, True, True]


def test_a_cluster_that_refuses_to_tell_is_not_settling() -> None:
    assert not _read(_Api(_Refusal(403), _Refusal(401)), before=True).is_settling
    assert _read(_Api(_Refusal(403), _Refusal(503)), before=True).is_settling
