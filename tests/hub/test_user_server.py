"""A real user server: how it runs, what it finds, what it may do, and what stays when it stops."""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from .browser_session import BrowserSession
from .running_hub import PASSWORDS, RunningHub
from .terminal import run_in_terminal

USER = "researcher"


@pytest.fixture(scope="module")
def browser(hub: RunningHub) -> Iterator[BrowserSession]:
    """A browser whose user has a running server."""
    browser = BrowserSession(hub.url)
    browser.log_in(USER, PASSWORDS[USER])
    browser.start_server(USER)
    yield browser
    browser.stop_server(USER)


@pytest.fixture(scope="module")
def token(hub: RunningHub) -> str:
    """A token that may reach the user's server."""
    body = {"scopes": [f"access:servers!user={USER}"]}
    return str(hub.launcher("POST", f"/users/{USER}/tokens", json=body).json()["token"])


@pytest.fixture(scope="module")
def typed(hub: RunningHub, browser: BrowserSession, token: str) -> Callable[[str], str]:
    """Types into a terminal of the server."""
    return lambda command: run_in_terminal(f"{hub.url}/user/{USER}", token, command)


@pytest.fixture(scope="module")
def found(typed: Callable[[str], str]) -> dict[str, str]:
    """The environment of the server's processes."""
    lines = typed("env").replace("\r", "").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _server(hub: RunningHub) -> int:
    """The process number of this hub's user server: the one whose home lies in this hub's data."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if b"singleuser" in arguments and str(hub.data).encode() in environment:
            return int(process.name)
    raise AssertionError("no user server runs")


def test_the_browser_sees_the_lab(browser: BrowserSession) -> None:
    page = browser.get(f"/user/{USER}/lab")
    assert page.ok
    assert "jupyter-config-data" in page.text


def test_it_is_told_where_everything_is(hub: RunningHub, found: dict[str, str]) -> None:
    assert {key: value for key, value in found.items() if key.startswith("ASTROHUB_")} == {
        "ASTROHUB_URL": hub.url,
        "ASTROHUB_INTERNAL_URL": hub.url,
        "ASTROHUB_TOKEN_FILE": f"{hub.data}/servers/{USER}/default/token",
        "ASTROHUB_DATA": f"{hub.data}/public",
    }


def test_nothing_of_the_hubs_environment_reaches_it(found: dict[str, str]) -> None:
    assert "SECRET_OF_ROOT" not in found
    assert not any(key.startswith(("ASTROHUB_HUB", "CONFIGPROXY")) for key in found)
    assert found["SHELL"] == "/bin/bash"


def test_its_home_is_the_users_folder(hub: RunningHub, typed: Callable[[str], str]) -> None:
    assert f"at {hub.data}/vospace/home/{USER}\r" in typed('echo "at $PWD"; cd /; cd; echo "at $PWD"')


def test_programs_of_the_lab_come_first(hub: RunningHub, typed: Callable[[str], str]) -> None:
    assert f"{hub._settings()['labEnvironment']}/bin/python\r" in typed("command -v python")


def test_the_prompt_has_a_name(typed: Callable[[str], str]) -> None:
    shown = typed("bash -ic true")
    assert "I have no name!" not in shown
    assert f"{USER}@" in shown


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers under another account")
def test_it_runs_under_the_numeric_account_alone(hub: RunningHub, browser: BrowserSession) -> None:
    status = Path(f"/proc/{_server(hub)}/status").read_text()
    assert re.search(r"Uid:\s+61080\s+61080\s+61080\s+61080", status)
    assert re.search(r"Gid:\s+61080\s+61080\s+61080\s+61080", status)
    assert re.search(r"Groups:\s*\n", status)
    assert re.search(r"Umask:\s+0027", status)


def test_no_secret_is_in_its_arguments(hub: RunningHub, browser: BrowserSession) -> None:
    arguments = Path(f"/proc/{_server(hub)}/cmdline").read_text()
    assert (hub.data / "servers" / USER / "default" / "token").read_text().strip() not in arguments
    assert not re.search(r"[0-9a-f]{32}", arguments)


def test_its_token_opens_the_archive_and_files_and_nothing_else(
    hub: RunningHub, browser: BrowserSession
) -> None:
    file = hub.data / "servers" / USER / "default" / "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = set(hub.as_token(file.read_text().strip(), "GET", "/user").json()["scopes"])
    assert {scope for scope in held if not scope.startswith("read:users")} == {
        "custom:archive:read",
        "custom:archive:write",
        "custom:files:read",
        "custom:files:write",
        "access:services!service=archive",
    }
    assert hub.as_token(file.read_text().strip(), "POST", f"/users/{USER}/tokens").status_code == 403


def test_its_token_can_be_read_from_inside_and_not_replaced(
    hub: RunningHub, typed: Callable[[str], str]
) -> None:
    token = (hub.data / "servers" / USER / "default" / "token").read_text().strip()
    assert token in typed("cat $ASTROHUB_TOKEN_FILE")
    if os.geteuid() == 0:
        assert "Permission denied" in typed("ln -sf /etc/passwd $ASTROHUB_TOKEN_FILE")


def test_who_has_no_account_does_not_see_it(hub: RunningHub, browser: BrowserSession) -> None:
    assert "/hub/login" in requests.get(f"{hub.url}/user/{USER}/lab", timeout=30).url
    other = BrowserSession(hub.url)
    other.log_in("student1", PASSWORDS["student1"])
    assert other.get(f"/user/{USER}/api/contents").status_code == 403


def test_a_restart_gives_a_new_token_and_takes_the_old_one(hub: RunningHub, browser: BrowserSession) -> None:
    file = hub.data / "servers" / USER / "default" / "token"
    old = file.read_text().strip()
    browser.stop_server(USER)
    assert not file.exists()
    assert hub.as_token(old, "GET", "/user").status_code == 403
    browser.start_server(USER)
    new = file.read_text().strip()
    assert new != old
    assert hub.as_token(new, "GET", "/user").ok


def test_a_hub_that_crashed_finds_the_server_again(hub: RunningHub, browser: BrowserSession) -> None:
    before = _server(hub)
    os.kill(hub.process.pid, signal.SIGKILL)
    hub.process.wait()
    hub.start_hub()
    assert browser.get(f"/user/{USER}/lab").ok
    assert _server(hub) == before
