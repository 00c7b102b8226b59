"""What a watch of a starting pod makes of the log of a server that nobody reaches."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from astrohub_hub import pod_watch
from astrohub_hub.pod_watch import PodWatch

RUNNING = {
    "metadata": {"uid": "1"},
    "status": {"containerStatuses": [{"name": "notebook", "state": {"running": {"startedAt": "now"}}}]},
}


class _Api:
    async def read_namespaced_pod_log(self, *_: Any, **__: Any) -> str:
        return "Failed to connect to my Hub at http://hub:8081/hub/api (attempt 2/5). Is it running?"


def _finding(*, settling: bool) -> Any:
    reflector = SimpleNamespace(pods={"there/jupyter-ada": RUNNING}, is_settling=settling)
    names = {"namespace": "there", "pod_name": "jupyter-ada"}
    spawner = SimpleNamespace(api=_Api(), pod_reflector=reflector, event_reflector=None, **names)
    return asyncio.run(PodWatch(spawner).look())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pod_watch, "_QUIET_S", 0)


def test_a_server_that_does_not_reach_the_hub_is_given_up_soon() -> None:
    finding = _finding(settling=False)
    assert (finding.reason, finding.patience_s) == ("cut_off", 2)


def test_it_is_told_and_not_given_up_while_the_cluster_gets_over_an_outage() -> None:
    finding = _finding(settling=True)
    assert (finding.reason, finding.patience_s) == ("cut_off", None)
