"""The hub's pages as somebody's browser gets them: in the product's look, and light."""

from __future__ import annotations

import re

import pytest

from .browser_session import BrowserSession
from .running_hub import PASSWORDS, RunningHub

MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def session(hub: RunningHub) -> BrowserSession:
    """Somebody who has logged in."""
    session = BrowserSession(hub.url)
    assert session.log_in("researcher", PASSWORDS["researcher"]).status_code == 302
    return session


@pytest.mark.parametrize(
    ("path", "known"), [("/hub/login", False), ("/hub/home", True), ("/hub/nothing", True)]
)
def test_a_page_is_light_and_asks_only_the_hub(
    hub: RunningHub, session: BrowserSession, path: str, known: bool
) -> None:
    page = (session if known else BrowserSession(hub.url)).get(path).text
    assert len(page.encode()) < MOST_BYTES
    wanted = re.findall(r"""<(?:script|link|img)\b[^>]*\b(?:src|href)=["']([^"']+)""", page)
    assert wanted
    assert all(address.startswith("/hub/logo") for address in wanted), wanted


def test_home_says_how_the_server_stands_and_where_the_archive_is(
    session: BrowserSession, hub: RunningHub
) -> None:
    page = session.get("/hub/home").text
    assert "Your server" in page
    assert "Start your server" in page
    assert f"{hub.url}/services/archive/tap" in page
    assert f'href="{hub.url}/services/notebooks/"' in page


def test_nothing_at_an_address_is_said_in_a_sentence(session: BrowserSession) -> None:
    answer = session.get("/hub/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert "None" not in answer.text


def test_a_name_from_the_address_is_not_trusted(hub: RunningHub) -> None:
    session = BrowserSession(hub.url)
    answer = session.log_in('"><script>alert(1)</script>', "wrong")
    assert "<script>alert(1)" not in answer.text


def test_the_mark_is_served_as_a_picture(hub: RunningHub) -> None:
    answer = BrowserSession(hub.url).get("/hub/logo")
    assert answer.status_code == 200
    assert answer.text.startswith("<svg")
