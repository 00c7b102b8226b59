"""A browser in which the researcher is logged in and JupyterLab runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.chromium import running_chromium
from tests.support.platform import RunningPlatform

from .watch import Watch

USER = "researcher"
START_MS = 300_000
PATIENCE_MS = 60_000  # the usual five seconds are too few for a machine that has other things to do
HIDE_TOASTS = "document.querySelectorAll('.jp-Notification-Toast-Close').forEach(button => button.click())"
MAIN_TABS = "#jp-main-dock-panel .lm-DockPanel-tabBar .lm-TabBar-tab"
WIDE: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with running_chromium() as launched:
        expect.set_options(timeout=PATIENCE_MS)
        yield launched


@pytest.fixture(scope="package")
def watch() -> Watch:
    """What the browser did since it came to the log-in page."""
    return Watch()


@pytest.fixture(scope="package")
def desk(browser: Browser, platform: RunningPlatform, watch: Watch) -> Iterator[Page]:
    """JupyterLab, reached through the log-in page as by somebody who has just been given an account."""
    context = browser.new_context(viewport=WIDE)
    context.set_default_timeout(PATIENCE_MS)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=platform.url)
    watch.over(context)
    page = context.new_page()
    page.goto(f"{platform.url}/hub/login")
    page.fill("#username_input", USER)
    page.fill("#password_input", platform.password(USER))
    page.click("#login_submit")
    page.wait_for_url(lambda address: "/hub/login" not in address)
    page.goto(f"{platform.url}/hub/user-redirect/lab?reset=1")
    page.wait_for_selector(".jp-Launcher", timeout=START_MS)
    yield page
    context.close()


@pytest.fixture
def lab(desk: Page, platform: RunningPlatform, watch: Watch) -> Iterator[Page]:
    """JupyterLab with nothing but the launcher open, wide and light."""
    desk.set_viewport_size(WIDE)
    desk.emulate_media(color_scheme="light")
    if desk.locator(".jp-Launcher:visible").count() == 0 or desk.locator(MAIN_TABS).count() > 1:
        desk.goto(f"{platform.url}/user/{USER}/lab?reset=1")
        desk.wait_for_selector(".jp-Launcher", timeout=START_MS)
    desk.evaluate(HIDE_TOASTS)
    expect(desk.locator(".Toastify__toast")).to_have_count(0)
    watch.complaints.clear()
    yield desk
    close = desk.locator(f"{MAIN_TABS}:has-text('Query') .lm-TabBar-tabCloseIcon")
    for left in reversed(range(close.count())):
        close.first.click()
        expect(close).to_have_count(left)


@pytest.fixture
def tidy(platform: RunningPlatform) -> Iterator[None]:
    """Take away what a test leaves in MyDB and in the home."""
    yield
    headers = {"Authorization": f"Bearer {platform.token(USER)}"}
    with httpx.Client(base_url=f"{platform.url}/services/archive", headers=headers, timeout=60) as client:
        for table in client.get("/mydb/tables").json()["tables"]:
            client.delete(f"/mydb/tables/{table['name']}")
        for entry in client.get(f"/files/home/{USER}").json()["entries"]:
            if not entry["name"].startswith("."):  # what Jupyter itself keeps there
                client.delete(f"/files/home/{USER}/{entry['name']}?recursive=true")


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures for the documentation go; None unless they are to be made anew."""
    if os.environ.get("ASTROHUB_UPDATE_PICTURES") != "1":
        return None
    folder = Path(__file__).parents[2] / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
