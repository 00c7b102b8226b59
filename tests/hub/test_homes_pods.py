"""What `astrohub-admin homes` makes of pods that cannot begin, fail, take too long or are lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientError
from astrohub_hub.admin import main as admin
from astrohub_hub.preflight.cluster import Cluster, Refused
from astrohub_hub.preflight.settings import PreflightError

USER = 100_000


class OwnPod:
    """A cluster where this process is in a pod, and the pods that it makes do their work at once."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self.removed: list[str] = []
        self.homes = ["ada", "eve"]
        #: How the pods end that do a task: in the order that they are made in, the last for all others.
        self.ends: dict[str, list[dict[str, Any]]] = {}
        self.refusals: dict[str, list[Exception | None]] = {}
        #: Seconds on a clock that goes on by `takes_s` with each pod.
        self.now_s, self.takes_s = 1_000.0, 0.0
        self.patience_s: list[float] = []
        taint = {"key": "hub.jupyter.org/dedicated", "value": "core", "effect": "NoSchedule"}
        self.pod: dict[str, Any] = {
            "metadata": {"name": "homes-purge-1", "uid": "its own"},
            "spec": {
                "containers": [{"name": "homes", "image": "hub:1"}],
                "imagePullSecrets": [{"name": "regcred"}],
                "nodeSelector": {"pool": "core"},
                "tolerations": [taint],
            },
        }

    async def get(self, kind: str, name: str) -> dict[str, Any] | None:
        return self.pod if (kind, name) == ("Pod", "homes-purge-1") else None

    async def make(self, described: dict[str, Any]) -> None:
        self.made.append(described)
        if (refusals := self.refusals.get(self._words[0])) and (refusal := refusals.pop(0)):
            raise refusal

    async def await_pod(self, name: str, until: object, patience_s: float) -> dict[str, Any]:
        self.patience_s.append(patience_s)
        if self.takes_s > patience_s:
            self.now_s += patience_s
            return {"status": _in_state("Running", {"running": {"startedAt": _BEGUN}})}
        self.now_s += self.takes_s
        if ends := self.ends.get(self._words[0]):
            return {"status": ends.pop(0) if len(ends) > 1 else ends[0]}
        return {"status": {"phase": "Succeeded"}}

    async def said(self, name: str) -> dict[str, Any]:
        if self._words[0] in self.ends:
            return {}
        claimed = [{"home": home, "name": home, "owners": [USER]} for home in self.homes]
        return {"removed": [], "claimed": claimed, "dropped": True}

    @property
    def _words(self) -> list[str]:
        """What the pod that was made last is to do."""
        words: list[str] = self.made[-1]["spec"]["containers"][0]["command"][3:]
        return words

    async def remove_pod(self, name: str) -> None:
        self.removed.append(name)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> OwnPod:
    """The cluster in whose pod the command runs."""
    cluster = OwnPod()

    @asynccontextmanager
    async def connected(namespace: str) -> AsyncIterator[OwnPod]:
        yield cluster

    monkeypatch.setattr("astrohub_hub.homes.site.connected", connected)
    monkeypatch.setattr("astrohub_hub.homes.site.monotonic", lambda: cluster.now_s)
    monkeypatch.setenv("HOSTNAME", "homes-purge-1")
    return cluster


def _in_state(phase: str, state: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"phase": phase, "containerStatuses": [{"state": state}], **more}


_BEGUN = "2027-01-15T08:00:00Z"
_WAITING = {"waiting": {"reason": "ImagePullBackOff"}}
_KILLED = {"terminated": {"exitCode": 137, "startedAt": _BEGUN}}


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (_in_state("Running", {"running": {"startedAt": _BEGUN}}), "it takes longer than 30 minutes"),
        (_in_state("Failed", _KILLED, reason="DeadlineExceeded"), "it takes longer than 30 minutes"),
        (_in_state("Failed", _KILLED), "the pod homes-"),
    ],
)
def test_after_a_pod_that_does_not_end_its_work_the_next_home_has_its_turn(
    cluster: OwnPod, capsys: pytest.CaptureFixture[str], ended: dict[str, Any], why: str
) -> None:
    cluster.ends["empty"] = [ended]
    assert admin(["homes", "--claim=files", "purge"]) == 1
    said = capsys.readouterr()
    assert [line[: line.index(why)] for line in said.out.splitlines()] == [
        "Not to the end: ada (",
        "Not to the end: eve (",
    ]
    assert said.err == "0 of 2 homes whose time is over are deleted for good.\n"
    assert cluster.removed == [pod["metadata"]["name"] for pod in cluster.made]


_NOT_BEGUN = [
    _in_state("Pending", _WAITING),
    _in_state("Failed", {"terminated": {"exitCode": 137, "startedAt": None}}, reason="DeadlineExceeded"),
    {"phase": "Pending"},
    {"phase": "Failed", "reason": "Evicted"},
]


@pytest.mark.parametrize("ended", _NOT_BEGUN)
def test_where_no_pod_can_begin_a_second_home_is_tried_and_no_third(
    cluster: OwnPod, capsys: pytest.CaptureFixture[str], ended: dict[str, Any]
) -> None:
    cluster.homes += ["kim", "pat"]
    cluster.ends["empty"] = [ended]
    assert admin(["homes", "--claim=files", "purge"]) == 2
    said = capsys.readouterr()
    first, second, last = said.out.splitlines()
    for home, line in (("ada", first), ("eve", second)):
        assert line.startswith(f"Not to the end: {home} (the pod homes-")
        assert "that sees the homes could not begin" in line
        assert ended.get("reason", "") in line
    assert last == "Left for the next purge: kim, pat."
    assert "2 homes in a row could not be begun with; 0 of 4 homes" in said.err
    assert cluster.removed == [pod["metadata"]["name"] for pod in cluster.made]
    assert len(cluster.made) == 3  # which claims, and which were to empty


@pytest.mark.parametrize("ended", _NOT_BEGUN)
def test_after_one_pod_that_could_not_begin_the_next_home_has_its_turn(
    cluster: OwnPod, capsys: pytest.CaptureFixture[str], ended: dict[str, Any]
) -> None:
    cluster.homes += ["kim", "pat"]
    ran = _in_state("Failed", _KILLED)
    cluster.ends["empty"] = [ended, ran, ended, ran]
    assert admin(["homes", "--claim=files", "purge"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[4] for line in told] == cluster.homes


_FULL = Refused(403, "exceeded quota: pods")
_AWAY = PreflightError("The API server does not answer: no answer in time.")


@pytest.mark.parametrize("refusal", [_FULL, _AWAY])
@pytest.mark.parametrize("task", ["empty", "drop"])
def test_a_pod_that_the_cluster_does_not_take_keeps_no_other_home_from_its_turn(
    cluster: OwnPod, capsys: pytest.CaptureFixture[str], task: str, refusal: Exception
) -> None:
    cluster.homes.append("kim")
    cluster.refusals[task] = [refusal, None, refusal]
    assert admin(["homes", "--claim=files", "purge"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"Not to the end: ada ({refusal}). The next purge goes on with it.",
        "Deleted for good: eve.",
        f"Not to the end: kim ({refusal}). The next purge goes on with it.",
    ]


def test_a_cluster_that_takes_no_pods_is_asked_for_two_only(
    cluster: OwnPod, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.homes += ["kim", "pat"]
    cluster.refusals["empty"] = [None, _FULL, _FULL]
    assert admin(["homes", "--claim=files", "purge"]) == 2
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "Deleted for good: ada."
    assert said.out.splitlines()[-1] == "Left for the next purge: pat."
    assert "2 homes in a row could not be begun with; 1 of 4 homes" in said.err


def test_what_was_deleted_is_told_before_the_end(cluster: OwnPod, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.refusals["empty"] = [None, KeyError("the end of the Job's time")]
    with pytest.raises(KeyError):
        admin(["homes", "--claim=files", "purge"])
    assert capsys.readouterr().out == "Deleted for good: ada.\n"


@pytest.mark.parametrize(
    ("within_s", "patience_s", "left"),
    [
        (4_500, [1_800, 1_800, 1_800, 1_500, 500], "eve, kim"),  # amid the second home
        (5_000, [1_800, 1_800, 1_800, 1_800, 1_000], "kim"),  # after it
    ],
)
def test_a_purge_ends_within_its_time_and_says_what_it_did(
    cluster: OwnPod,
    capsys: pytest.CaptureFixture[str],
    within_s: int,
    patience_s: list[float],
    left: str,
) -> None:
    cluster.homes.append("kim")
    cluster.takes_s = 1_000
    assert admin(["homes", "--claim=files", "purge", f"--within={within_s}"]) == 1
    assert cluster.now_s <= 1_000 + within_s
    assert cluster.patience_s == patience_s
    assert [pod["spec"]["activeDeadlineSeconds"] for pod in cluster.made] == patience_s
    said = capsys.readouterr()
    deleted = [home for home in cluster.homes if home not in left]
    assert said.out.splitlines() == [
        *(f"Deleted for good: {home}." for home in deleted),
        f"Left for the next purge: {left}.",
    ]
    assert said.err == (
        f"The purge ran out of time; {len(deleted)} of 3 homes whose time is over are deleted for good.\n"
    )


def test_a_purge_without_an_end_gives_each_pod_its_half_hour(cluster: OwnPod) -> None:
    cluster.takes_s = 1_800
    cluster.homes = [f"home{number}" for number in range(10)]
    assert admin(["homes", "--claim=files", "purge"]) == 0
    assert set(cluster.patience_s) == {1_800}


class Answer:
    """What the API server answers.

    Parameters
    ----------
    status
        HTTP's.
    content
        What becomes JSON; an error is raised while it is read.
    """

    def __init__(self, status: int, content: dict[str, Any] | ClientError) -> None:
        self.status, self._content = status, content

    async def text(self) -> str:
        if isinstance(self._content, ClientError):
            raise self._content
        return json.dumps(self._content)


class Api:
    """An API server whose pods do their work at once, but for the first that empties a home."""

    def __init__(self, ends: Sequence[Answer]) -> None:
        self.ends, self.own = list(ends), OwnPod()
        self.lost = ""
        self.words: dict[str, list[str]] = {}

    async def call_api(self, path: str, method: str, *, body: Any, **_: object) -> Answer:
        """Answer a request."""
        name = path.removeprefix("/api/v1/namespaces/there/pods").removeprefix("/")
        if method == "POST":
            name = body["metadata"]["name"]
            self.words[name] = body["spec"]["containers"][0]["command"][3:]
            self.lost = self.lost or (name if self.words[name][0] == "empty" else "")
            return Answer(201, body)
        if name == "homes-purge-1":
            return Answer(200, self.own.pod)
        if name.endswith("/log"):
            claimed = [{"home": home, "name": home, "owners": [USER]} for home in self.own.homes]
            return Answer(200, {"claimed": claimed, "dropped": True})
        if name == self.lost:
            return Answer(404, {"message": "not found"}) if method == "DELETE" else self.ends.pop(0)
        return Answer(200, {"status": {"phase": "Succeeded"}})


_RUNS = Answer(200, {"status": _in_state("Running", {"running": {"startedAt": _BEGUN}})})


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (Answer(404, {"message": "not found"}), "was removed before its end"),
        (Answer(500, {"message": "etcdserver: request timed out"}), "etcdserver: request timed out"),
        (Answer(200, ClientError("reset")), "The API server does not answer: reset."),
    ],
)
def test_a_pod_that_is_lost_keeps_no_other_home_from_its_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], end: Answer, why: str
) -> None:
    api = Api([_RUNS, end])

    @asynccontextmanager
    async def connected(namespace: str) -> AsyncIterator[Cluster]:
        yield Cluster(api, "there")

    monkeypatch.setattr("astrohub_hub.homes.site.connected", connected)
    monkeypatch.setattr("astrohub_hub.preflight.cluster._PAUSE_S", 0.0)
    monkeypatch.setenv("HOSTNAME", "homes-purge-1")
    assert admin(["homes", "--claim=files", "purge"]) == 1
    lost, deleted = capsys.readouterr().out.splitlines()
    assert lost.startswith("Not to the end: ada (")
    assert why in lost
    assert deleted == "Deleted for good: eve."
    assert api.ends == []  # it was asked for no more


def test_a_pod_that_sees_the_homes_runs_where_its_maker_runs_and_ends_with_it(
    cluster: OwnPod, capsys: pytest.CaptureFixture[str]
) -> None:
    assert admin(["homes", "--claim=files", "list"]) == 0, capsys.readouterr().err
    (pod,) = cluster.made
    assert cluster.removed == [pod["metadata"]["name"]]
    (owner,) = pod["metadata"]["ownerReferences"]
    assert owner == {"apiVersion": "v1", "kind": "Pod", "name": "homes-purge-1", "uid": "its own"}
    for same in ("imagePullSecrets", "nodeSelector", "tolerations"):
        assert pod["spec"][same] == cluster.pod["spec"][same]
    assert pod["spec"]["containers"][0]["image"] == "hub:1"


def test_outside_the_hubs_pod_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin(["homes", "list"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Not done, or not all of it: The ")
    assert said.endswith("\nWhat is moved aside: astrohub-admin homes list\n")


def test_the_words_cannot_be_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        admin(["homes", "delete", "ada", "--yes", "ada"])
    assert "unrecognized arguments: --yes" in capsys.readouterr().err
