"""Logging in at a real hub: who is let in, what the others read, and who is let in no longer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from ..support.waiting import until
from .browser_session import BrowserSession
from .running_hub import PASSWORDS, RunningHub


@pytest.fixture(scope="module")
def quick_hub(make_hub: Callable[..., RunningHub]) -> RunningHub:
    """A hub that looks at the accounts every second and remembers few failures."""
    return make_hub(accounts={"refreshS": 1, "failures": 3, "failuresS": 5})


def test_a_right_password_leads_to_ones_server(hub: RunningHub) -> None:
    answer = BrowserSession(hub.url).log_in("researcher", PASSWORDS["researcher"])
    assert (answer.status_code, answer.headers["Location"]) == (302, "/hub/spawn")


def test_spaces_and_capitals_are_handled(hub: RunningHub) -> None:
    assert BrowserSession(hub.url).log_in("Student1", PASSWORDS["student1"]).status_code == 302


@pytest.mark.parametrize("name", ["researcher", "nobody", "", "../etc", "é"])
def test_a_wrong_password_gives_the_page_with_a_sentence(hub: RunningHub, name: str) -> None:
    answer = BrowserSession(hub.url).log_in(name, "wrong")
    assert answer.status_code == 403
    assert "Name and password do not belong together." in answer.text
    assert 'name="password"' in answer.text


def test_a_form_from_elsewhere_is_refused(hub: RunningHub) -> None:
    form = {"username": "researcher", "password": PASSWORDS["researcher"], "_xsrf": "x"}
    assert requests.post(f"{hub.url}/hub/login", data=form, timeout=30).status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(hub: RunningHub) -> None:
    cookies = BrowserSession(hub.url).log_in("researcher", PASSWORDS["researcher"]).headers["Set-Cookie"]
    login = next(cookie for cookie in cookies.split(", ") if cookie.startswith("jupyterhub-session-id"))
    assert "HttpOnly" in login
    assert "SameSite=Lax" in login


def test_every_page_carries_the_security_headers(hub: RunningHub) -> None:
    page = requests.get(f"{hub.url}/hub/login", timeout=30)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_only_the_administrator_administers(hub: RunningHub) -> None:
    status = {}
    for name in ("administrator", "researcher"):
        browser = BrowserSession(hub.url)
        browser.log_in(name, PASSWORDS[name])
        status[name] = browser.get("/hub/admin").status_code
    assert status == {"administrator": 200, "researcher": 403}


def test_passwords_do_not_reach_the_log(hub: RunningHub) -> None:
    BrowserSession(hub.url).log_in("researcher", "a-wrong-one-to-look-for")
    assert "a-wrong-one-to-look-for" not in hub.log
    assert PASSWORDS["researcher"] not in hub.log


def test_haste_must_wait_and_then_may_try_again(quick_hub: RunningHub) -> None:
    answers: list[requests.Response] = []

    def is_hasty() -> bool:
        """Guess and then log in; on a busy machine the first guess may be forgotten by then."""
        browser = BrowserSession(quick_hub.url)
        for _ in range(3):
            assert browser.log_in("student1", "wrong").status_code == 403
        answers.append(browser.log_in("student1", PASSWORDS["student1"]))
        return answers[-1].status_code == 429

    until(is_hasty, "it must wait")
    refused = answers[-1]
    assert "Too many failed log-ins. Wait" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 5
    browser = BrowserSession(quick_hub.url)
    until(lambda: browser.log_in("student1", PASSWORDS["student1"]).status_code == 302, "the wait ends")


def test_who_is_removed_loses_session_and_tokens(quick_hub: RunningHub) -> None:
    browser = BrowserSession(quick_hub.url)
    browser.log_in("researcher", PASSWORDS["researcher"])
    token = quick_hub.launcher("POST", "/users/researcher/tokens").json()["token"]
    assert quick_hub.as_token(token, "GET", "/user").ok
    try:
        quick_hub.write_accounts({"student1": PASSWORDS["student1"]})
        until(lambda: quick_hub.as_token(token, "GET", "/user").status_code == 403, "the token is refused")
        until(lambda: "/hub/login" in browser.get("/hub/home").url, "the session ends")
        assert browser.log_in("researcher", PASSWORDS["researcher"]).status_code == 403
    finally:
        quick_hub.write_accounts(PASSWORDS)
    until(lambda: quick_hub.as_token(token, "GET", "/user").ok, "the token is taken again")


def test_an_administrator_who_is_one_no_longer_administers_nothing(quick_hub: RunningHub) -> None:
    browser = BrowserSession(quick_hub.url)
    browser.log_in("administrator", PASSWORDS["administrator"])
    assert browser.get("/hub/admin").ok
    accounts = quick_hub.data / "hub" / "accounts.json"
    kept = accounts.read_text()
    try:
        accounts.write_text(kept.replace("true", "false"))
        until(lambda: browser.get("/hub/admin").status_code == 403, "the administrator is one no longer")
    finally:
        accounts.write_text(kept)


def test_while_the_file_is_broken_nobody_is_let_in(quick_hub: RunningHub) -> None:
    accounts: Path = quick_hub.data / "hub" / "accounts.json"
    kept = accounts.read_text()
    try:
        accounts.write_text("{")
        answer = BrowserSession(quick_hub.url).log_in("researcher", PASSWORDS["researcher"])
        assert answer.status_code == 503
        assert "tell the operator" in answer.text
    finally:
        accounts.write_text(kept)


def test_the_api_takes_no_more_passwords_than_the_page(quick_hub: RunningHub) -> None:
    address = f"{quick_hub.api}/users/student1/tokens"

    def status(password: str) -> int:
        auth = {"username": "student1", "password": password}
        return requests.post(address, json={"auth": auth}, timeout=60).status_code

    def is_hasty() -> bool:
        """Guess and then send the right one; on a busy machine the first guess may be forgotten by then."""
        assert [status("wrong") for _ in range(3)] == [403] * 3
        return status(PASSWORDS["student1"]) == 403

    until(is_hasty, "the right password is refused as well")
    for auth in (None, "student1", ["a"], {"username": 7, "password": {}}):
        assert requests.post(address, json={"auth": auth}, timeout=30).status_code == 403
    assert "Traceback" not in quick_hub.log
