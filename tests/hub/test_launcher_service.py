"""What the operator's command may ask of the hub, and what it may not."""

from __future__ import annotations

import os
import signal

import pytest
import requests

from ..support.waiting import until
from .running_hub import RunningHub

SCOPES = [
    "custom:archive:read",
    "custom:archive:write",
    "custom:files:read",
    "custom:files:write",
    "access:services!service=archive",
]


def test_it_makes_a_token_for_somebody_who_never_logged_in(hub: RunningHub) -> None:
    made = hub.launcher("POST", "/users/student1/tokens", json={"scopes": SCOPES, "note": "laptop"})
    assert made.status_code == 201
    known = hub.as_token(made.json()["token"], "GET", "/user").json()
    assert known["name"] == "student1"
    assert set(SCOPES) <= set(known["scopes"])


def test_a_token_holds_the_scopes_asked_for_and_no_other(hub: RunningHub) -> None:
    made = hub.launcher("POST", "/users/student1/tokens", json={"scopes": ["custom:archive:read"]}).json()
    held = set(hub.as_token(made["token"], "GET", "/user").json()["scopes"])
    assert {scope for scope in held if not scope.startswith("read:users")} == {"custom:archive:read"}


def test_a_token_cannot_hold_what_its_user_does_not(hub: RunningHub) -> None:
    made = hub.launcher("POST", "/users/student1/tokens", json={"scopes": ["custom:notebooks:publish"]})
    assert made.status_code == 400
    assert "custom:notebooks:publish" in made.text


def test_a_token_expires_within_the_sites_limit(hub: RunningHub) -> None:
    made = hub.launcher("POST", "/users/student1/tokens", json={"expires_in": 10**9})
    assert made.status_code == 400
    assert hub.launcher("POST", "/users/student1/tokens").json()["expires_at"] is not None


def test_there_is_no_token_for_nobody(hub: RunningHub) -> None:
    assert hub.launcher("POST", "/users/nobody/tokens").status_code in {403, 404}


def test_it_sees_users_servers_and_services(hub: RunningHub) -> None:
    users = hub.launcher("GET", "/users").json()
    assert {user["name"] for user in users} == {"administrator", "researcher", "student1"}
    assert all("servers" in user for user in users)
    assert set(hub.launcher("GET", "/services").json()) == {"archive", "notebooks", "launcher", "monitor"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/users/student1"),
        ("POST", "/users/mallory"),
        ("PATCH", "/users/student1"),
        ("POST", "/users/student1/server"),
        ("DELETE", "/users/student1/server"),
        ("POST", "/groups/mallory"),
        ("POST", "/shutdown"),
    ],
)
def test_it_can_do_nothing_else(hub: RunningHub, method: str, path: str) -> None:
    assert hub.launcher(method, path, json={}).status_code in {403, 404}
    assert hub.launcher("GET", "/users/student1").ok


def test_a_proxy_that_was_replaced_is_given_its_routes_without_being_asked(hub: RunningHub) -> None:
    old = hub.proxy
    os.kill(old.pid, signal.SIGKILL)
    old.wait()
    hub.start_proxy()
    until(lambda: requests.get(f"{hub.url}/services/archive/tap", timeout=30).ok, "the route is back")
    assert hub.log.count("The proxy knows no routes: it is given all of them") >= 1


def test_it_may_ask_for_the_routes_to_be_checked(hub: RunningHub) -> None:
    headers = {"Authorization": f"Bearer {hub.launcher_token}"}
    assert requests.post(f"{hub.hub_url}/hub/api/proxy", headers=headers, timeout=30).ok
    assert requests.get(f"{hub.url}/services/archive/tap", timeout=30).ok


def test_the_archive_is_reached_by_anybody_under_its_path(hub: RunningHub) -> None:
    answer = requests.get(f"{hub.url}/services/archive/tap/sync?QUERY=x", timeout=30).json()
    assert answer == {"path": "/services/archive/tap/sync?QUERY=x", "authorization": None}


def test_the_archive_may_ask_who_a_token_is_and_nothing_more(hub: RunningHub) -> None:
    user = hub.launcher("POST", "/users/student1/tokens", json={"scopes": SCOPES}).json()["token"]
    assert hub.as_token(user, "GET", "/user").json()["name"] == "student1"
    assert hub.as_token(hub.archive_token, "GET", "/users").status_code == 403
    assert hub.as_token(hub.archive_token, "POST", "/users/student1/tokens").status_code == 403


def test_a_token_that_is_none_gets_nothing(hub: RunningHub) -> None:
    for token in ("x" * 32, ""):
        assert hub.as_token(token, "GET", "/user").status_code in {401, 403}


def test_tokens_do_not_reach_the_log(hub: RunningHub) -> None:
    made = hub.launcher("POST", "/users/student1/tokens").json()["token"]
    hub.as_token(made, "GET", "/user")
    requests.get(f"{hub.url}/hub/api/user?token={made}", timeout=30)
    for secret in (made, hub.launcher_token, hub.archive_token):
        assert secret not in hub.log
