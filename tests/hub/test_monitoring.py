"""The hub's figures: for whoever holds the monitor's token, and the dashboards read what exists."""

from __future__ import annotations

import astrohub_hub.reconciler  # noqa: F401 -- whose figures a hub without a cluster does not tell
import requests
from prometheus_client import generate_latest

from ..support.monitoring import labels_told, metrics_told, metrics_used
from .running_hub import RunningHub


def _metrics(hub: RunningHub, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{hub.url}/hub/metrics", headers=headers, timeout=30)


def _figures_of_pods() -> set[str]:
    """Return the names of our own figures, all of which are to be on the dashboard."""
    told = {name for name in metrics_told(generate_latest().decode()) if name.startswith("astrohub_")}
    # Tests of the archive may run in this process, too.
    return {
        name for name in told if not name.startswith("astrohub_archive_") and not name.endswith("_created")
    }


def test_dashboards_and_rules_read_only_what_the_hub_tells(hub: RunningHub) -> None:
    answer = _metrics(hub, hub.monitor_token)
    assert answer.ok, answer.text
    used = metrics_used("hub")
    assert len(used) > 8
    assert set(used) - metrics_told(answer.text) == _figures_of_pods()
    spawns = "jupyterhub_server_spawn_duration_seconds_count"
    assert used[spawns] <= labels_told(answer.text, spawns)


def test_strangers_and_users_get_no_figures(hub: RunningHub) -> None:
    assert not requests.get(f"{hub.url}/hub/metrics", timeout=30).ok
    token = hub.launcher("POST", "/users/researcher/tokens").json()["token"]
    assert not _metrics(hub, token).ok


def test_who_collects_figures_may_do_nothing_else(hub: RunningHub) -> None:
    assert hub.as_token(hub.monitor_token, "GET", "/users").status_code == requests.codes.forbidden
    assert hub.as_token(hub.monitor_token, "POST", "/users/researcher/tokens").status_code >= 400
