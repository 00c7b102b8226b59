"""A browser in which the researcher is logged in and JupyterLab runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.support.platform import RunningPlatform

from .watch import Watch

USER = "researcher"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
START_MS = 120_000
WIDE: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no browser at {CHROMIUM}: install the Debian package chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def logged_in(browser: Browser, platform: RunningPlatform) -> Any:
    """The cookies of somebody who came by the hub's log-in page and whose JupyterLab has started."""
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{platform.url}/hub/login")
    page.fill("#username_input", USER)
    page.fill("#password_input", platform.password(USER))
    page.click("#login_submit")
    page.wait_for_url(lambda address: "/hub/login" not in address)
    page.goto(f"{platform.url}/hub/user-redirect/lab")
    page.wait_for_selector(".jp-Launcher", timeout=START_MS)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def context(
    browser: Browser, platform: RunningPlatform, logged_in: Any, watch: Watch
) -> Iterator[BrowserContext]:
    """A context of the logged-in researcher that is watched."""
    made = browser.new_context(viewport=WIDE, storage_state=logged_in)
    made.grant_permissions(["clipboard-read", "clipboard-write"], origin=platform.url)
    watch.over(made)
    yield made
    made.close()


@pytest.fixture
def lab(context: BrowserContext, platform: RunningPlatform) -> Page:
    """JupyterLab with an empty desk."""
    page = context.new_page()
    page.goto(f"{platform.url}/user/{USER}/lab?reset")
    page.wait_for_selector(".jp-Launcher", timeout=START_MS)
    return page


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures for the documentation go; None unless they are to be made anew."""
    if os.environ.get("ASTROHUB_UPDATE_PICTURES") != "1":
        return None
    folder = Path(__file__).parents[2] / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
