"""A server whose record is of an earlier one gets its own again: as after an older database was restored."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.settings import Settings
from jupyterhub import orm
from jupyterhub.utils import compare_token, hash_token

from .cluster_stand_in import ClusterStandIn, Hub, looking_hub, server_pod

HUB_TOKEN, OWN_TOKEN, EARLIER = "h" * 32, "o" * 32, "e" * 32


def _remember(hub: Hub, cluster: ClusterStandIn, token: str) -> Any:
    """Let the hub have the record of a ready server that was given a token; return its spawner."""
    ada = hub.add_user("ada")
    state = {"pod_name": "jupyter-ada"}
    server = orm.Server(ip="127.0.0.1", port=cluster.port, base_url="/user/ada/")
    client = orm.OAuthClient(identifier="jupyterhub-user-ada", secret=hash_token(token))
    hub.app.db.add(orm.Spawner(name="", user=ada, state=state, server=server, oauth_client=client))
    hub.app.db.commit()
    spawner = hub.app.users["ada"].spawners[""]
    assert spawner.ready
    return spawner


@pytest.mark.parametrize(
    ("remembered", "known", "is_earlier"),
    [
        (EARLIER, EARLIER, True),
        (HUB_TOKEN, HUB_TOKEN, False),
        (HUB_TOKEN, None, False),  # somebody has revoked it
    ],
    ids=["an earlier server's", "its own", "revoked"],
)
def test_only_the_record_of_an_earlier_server_is_let_go(
    content: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    remembered: str,
    known: str | None,
    is_earlier: bool,
) -> None:
    monkeypatch.setattr("astrohub_hub.adoption.ANSWER_S", 30)
    cluster = ClusterStandIn()
    cluster.add(server_pod())

    async def scene() -> None:
        async with looking_hub(cluster, Settings.model_validate(content), tmp_path, monkeypatch) as hub:
            spawner = _remember(hub, cluster, remembered)
            if known:
                hub.app.users["ada"].new_api_token(known)
            await hub.look()
            now = hub.app.users["ada"].spawners[""]
            assert now.ready
            assert (now is not spawner) == is_earlier
            assert hub.whose(HUB_TOKEN) == ("ada" if is_earlier or known else None)
            assert hub.whose(OWN_TOKEN) == ("ada" if is_earlier else None)
            assert compare_token(now.orm_spawner.oauth_client.secret, HUB_TOKEN)
            await hub.look()
            assert hub.app.users["ada"].spawners[""] is now

    asyncio.run(scene())
