"""A pod whose server the hub has forgotten goes on as that server, or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.adoption import Adopter, Claimed
from astrohub_hub.identities import NumberBook
from astrohub_hub.kubernetes_settings import Identities
from astrohub_hub.settings import Settings
from jupyterhub import orm
from jupyterhub.user import User
from kubernetes_asyncio.client import ApiException
from sqlalchemy.exc import OperationalError

from .cluster_stand_in import STARTED, ClusterStandIn, Hub, looking_hub, server_pod

HUB_TOKEN, OWN_TOKEN = "h" * 32, "o" * 32
Scene = Callable[[ClusterStandIn, Callable[[Hub], Awaitable[None]]], None]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What the reconciler says, whatever JupyterHub does with its logs."""
    log = logging.getLogger("astrohub.reconciler")
    log.addHandler(caplog.handler)
    yield caplog
    log.removeHandler(caplog.handler)


@pytest.fixture
def play(content: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Let something happen in a hub that has just started and knows nothing of these pods."""
    profiles = [
        {"slug": "small", "title": "Small"},
        {"slug": "large", "title": "Large", "groups": ["survey"]},
    ]
    told = content | {"kubernetes": {"profiles": profiles, "orphanS": 5}}
    settings = Settings.model_validate(told)
    # However busy the machine: what answers does so.
    monkeypatch.setattr("astrohub_hub.adoption.ANSWER_S", 30)

    def run(cluster: ClusterStandIn, happens: Callable[[Hub], Awaitable[None]]) -> None:
        async def scene() -> None:
            async with looking_hub(cluster, settings, tmp_path, monkeypatch) as hub:
                await happens(hub)

        asyncio.run(scene())

    return run


def test_a_forgotten_server_goes_on_with_route_tokens_and_age(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod(profile="small"))

    async def happens(hub: Hub) -> None:
        ada = hub.add_user("ada")
        await hub.look()
        spawner = hub.app.users["ada"].spawners[""]
        assert spawner.ready
        assert hub.routes == {"/user/ada/": f"http://127.0.0.1:{cluster.port}"}
        assert (hub.whose(HUB_TOKEN), hub.whose(OWN_TOKEN)) == ("ada", "ada")
        assert len(ada.api_tokens) == 2
        server, own = sorted(ada.api_tokens, key=lambda token: token.expires_at is not None)
        assert "access:servers!server=ada/" in server.scopes
        assert server.expires_at is None
        assert "custom:files:write" in own.scopes
        assert spawner.user_options == {"profile": "small"}
        assert spawner.orm_spawner.started == STARTED.replace(tzinfo=None)
        assert spawner.orm_spawner.state["pod_name"] == "jupyter-ada"

    play(cluster, happens)


def test_an_adopted_server_ends_like_any_other(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod())

    async def happens(hub: Hub) -> None:
        hub.add_user("ada")
        await hub.look()
        await hub.app.users["ada"].stop("")
        assert (cluster.pods, cluster.secrets) == ({}, {})
        assert (hub.whose(HUB_TOKEN), hub.whose(OWN_TOKEN)) == (None, None)

    play(cluster, happens)


def test_a_token_that_the_hub_still_knows_is_kept(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod())

    async def happens(hub: Hub) -> None:
        ada = hub.add_user("ada")
        for token in (HUB_TOKEN, OWN_TOKEN):
            ada.new_api_token(token, note="kept")
        await hub.look()
        assert hub.app.users["ada"].spawners[""].ready
        assert [token.note for token in ada.api_tokens] == ["kept", "kept"]

    play(cluster, happens)


def _a_token_of_another(hub: Hub, cluster: ClusterStandIn) -> None:
    hub.add_user("eve").new_api_token(HUB_TOKEN)


def _an_own_token_of_another(hub: Hub, cluster: ClusterStandIn) -> None:
    hub.add_user("eve").new_api_token(OWN_TOKEN)


def _a_number_of_another(hub: Hub, cluster: ClusterStandIn) -> None:
    NumberBook(Identities()).of_user(hub.app.db, "eve")


def _a_pod_that_says_it_is_another(hub: Hub, cluster: ClusterStandIn) -> None:
    hub.add_user("eve")
    cluster.pods["jupyter-ada"]["metadata"]["annotations"]["hub.jupyter.org/username"] = "eve"


def _a_kind_that_its_user_may_not_have(hub: Hub, cluster: ClusterStandIn) -> None:
    cluster.pods["jupyter-ada"]["metadata"]["annotations"]["astrohub/profile"] = "large"


def _a_named_server_where_none_may_be(hub: Hub, cluster: ClusterStandIn) -> None:
    cluster.pods["jupyter-ada"]["metadata"]["annotations"]["hub.jupyter.org/servername"] = "b"


def _a_server_that_was_to_end(hub: Hub, cluster: ClusterStandIn) -> None:
    cluster.secrets.clear()


def _a_server_that_does_not_answer(hub: Hub, cluster: ClusterStandIn) -> None:
    cluster.answers = False


def _a_server_that_has_ended(hub: Hub, cluster: ClusterStandIn) -> None:
    state = cluster.pods["jupyter-ada"]["status"]["containerStatuses"][0]
    state["state"] = {"terminated": {"exitCode": 1}}


def _a_user_who_is_blocked(hub: Hub, cluster: ClusterStandIn) -> None:
    hub.app.authenticator.blocked_users = {"ada"}


@pytest.mark.parametrize(
    ("spoils", "why"),
    [
        (_a_token_of_another, "its token belongs to somebody else"),
        (_an_own_token_of_another, "its token belongs to somebody else"),
        (_a_number_of_another, "100000 is not the number of ada"),
        (_a_pod_that_says_it_is_another, "the pod of that server is called jupyter-eve"),
        (_a_kind_that_its_user_may_not_have, "ada may not have a server of its kind"),
        (_a_named_server_where_none_may_be, "servers have no names here"),
        (_a_server_that_was_to_end, "it was to end: its tokens are gone"),
        (_a_server_that_does_not_answer, "it does not answer at http://127.0.0.1"),
        (_a_server_that_has_ended, "no server runs in it"),
        (_a_user_who_is_blocked, "ada is blocked"),
    ],
)
def test_what_is_not_proved_is_not_adopted(
    play: Scene,
    said: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    spoils: Callable[[Hub, ClusterStandIn], None],
    why: str,
) -> None:
    if spoils is _a_server_that_does_not_answer:
        monkeypatch.setattr("astrohub_hub.adoption.ANSWER_S", 0.2)
    cluster = ClusterStandIn()
    cluster.add(server_pod())

    async def happens(hub: Hub) -> None:
        ada = hub.add_user("ada")
        spoils(hub, cluster)
        await hub.look()
        assert hub.routes == {}
        assert ada.api_tokens == []
        assert not any(spawner.server for spawner in ada.orm_spawners.values())
        assert "jupyter-ada" in cluster.pods  # it has some time yet
        assert why in said.text

    play(cluster, happens)


@pytest.mark.parametrize("fault", [RuntimeError, AttributeError, lambda: OperationalError("", {}, OSError())])
def test_one_pod_that_cannot_be_looked_at_ends_neither_the_hub_nor_the_look(
    play: Scene,
    said: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[], Exception],
) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod())
    cluster.add(server_pod("eve", number=100_001), "g" * 32, "p" * 32)
    owner = Adopter._owner

    def fails_for_ada(adopter: Adopter, claim: Claimed) -> User:
        if claim.user == "ada":
            raise fault()
        return owner(adopter, claim)

    monkeypatch.setattr(Adopter, "_owner", fails_for_ada)

    async def happens(hub: Hub) -> None:
        hub.add_user("ada")
        hub.add_user("eve")
        await hub.look()
        assert hub.app.users["eve"].spawners[""].ready
        assert list(hub.routes) == ["/user/eve/"]
        assert "The pod jupyter-ada could not be looked at" in said.text
        assert "Traceback" in said.text

    play(cluster, happens)


def test_a_proxy_that_does_not_answer_is_not_taken_for_a_fault_of_the_pod(
    play: Scene, said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod())

    async def happens(hub: Hub) -> None:
        hub.add_user("ada")
        add_route = hub.app.proxy.add_route

        async def times_out(*_: Any) -> None:
            raise TimeoutError

        monkeypatch.setattr(hub.app.proxy, "add_route", times_out)
        await hub.look()
        assert "Traceback" not in said.text
        assert hub.app.users["ada"].spawners[""].ready
        monkeypatch.setattr(hub.app.proxy, "add_route", add_route)
        await hub.look()
        assert "jupyter-ada" in cluster.pods

    play(cluster, happens)


def test_what_is_not_adopted_goes_after_its_time(play: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod())
    now = iter([0.0, 4.0, 6.0])
    monkeypatch.setattr("astrohub_hub.reconciler.MatchingProxy._clock", staticmethod(lambda: next(now)))

    async def happens(hub: Hub) -> None:
        there = []
        for _ in range(3):
            await hub.look()
            there.append("jupyter-ada" in cluster.pods)
        assert there == [True, True, False]
        assert cluster.secrets == {}

    play(cluster, happens)


def test_a_stop_that_fails_leaves_a_pod_that_is_not_adopted(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod())

    async def happens(hub: Hub) -> None:
        hub.add_user("ada")
        await hub.look()
        cluster.keeps_pods = True
        with pytest.raises(ApiException):
            await hub.app.users["ada"].stop("")
        await hub.look()
        assert "jupyter-ada" in cluster.pods
        assert not hub.app.users["ada"].spawners[""].active

    play(cluster, happens)


def test_a_number_that_nobody_has_becomes_its_users(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod(number=100_007))

    async def happens(hub: Hub) -> None:
        hub.add_user("ada")
        await hub.look()
        book = NumberBook(Identities())
        assert (book.of_user(hub.app.db, "ada"), book.of_user(hub.app.db, "eve")) == (100_007, 100_008)

    play(cluster, happens)


def test_a_user_whom_an_older_database_does_not_know_keeps_the_number_of_the_files(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod("eve", number=100_000))

    async def happens(hub: Hub) -> None:
        await hub.look()
        book = NumberBook(Identities())
        newcomer = book.of_user(hub.app.db, "zoe")
        assert (newcomer, book.of_user(hub.app.db, "eve")) == (100_001, 100_000)
        assert hub.app.users.get("eve") is None
        assert hub.app.db.query(orm.Spawner).count() == 0

    play(cluster, happens)


def test_a_blocked_user_keeps_the_number_too(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod(number=100_000))

    async def happens(hub: Hub) -> None:
        hub.add_user("ada")
        _a_user_who_is_blocked(hub, cluster)
        await hub.look()
        assert NumberBook(Identities()).of_user(hub.app.db, "zoe") == 100_001

    play(cluster, happens)


def test_a_pod_of_another_name_gives_an_unknown_user_no_number(play: Scene) -> None:
    cluster = ClusterStandIn()
    cluster.add(server_pod(number=100_000))
    cluster.pods["jupyter-ada"]["metadata"]["annotations"]["hub.jupyter.org/username"] = "eve"

    async def happens(hub: Hub) -> None:
        await hub.look()
        assert NumberBook(Identities()).of_user(hub.app.db, "zoe") == 100_000

    play(cluster, happens)
