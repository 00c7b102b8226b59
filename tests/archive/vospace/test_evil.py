"""A page with a script, kept as a file, in a real browser: the script never runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route

from ...support.chromium import running_chromium
from .conftest import Files

EVIL = b"""<!doctype html><title>evil</title><script>
document.title = "run"; fetch("/services/archive/tap/availability?ran"); window.ran = true;
</script><body onload="document.title='run'"><img src=x onerror="document.title='run'"></body>"""


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser."""
    with running_chromium() as browser:
        yield browser.new_context().new_page()


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Every address that the browser asks for."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


@pytest.fixture
def evil(files: Files) -> str:
    """The address of such a page, in the folder that needs no token."""
    assert files.ask("PUT", "home/researcher/evil.html", data=EVIL).status_code == 201
    (files.public / "evil.html").write_bytes(EVIL)
    (files.public / "evil.js").write_bytes(b"window.ran = true")
    return files.url("public/evil.html")


def test_opened_it_is_saved_and_not_shown(page: Page, files: Files, evil: str, asked: list[str]) -> None:
    page.context.set_extra_http_headers(files.headers)
    for address in (evil, files.url("home/researcher/evil.html")):
        with page.expect_download() as download, pytest.raises(Error, match=r"Download|ERR_ABORTED"):
            page.goto(address)
        assert Path(download.value.path()).read_bytes() == EVIL
        assert page.title() == ""
    assert not [address for address in asked if "ran" in address]


def test_framed_or_linked_as_a_script_it_does_nothing(
    page: Page, files: Files, evil: str, asked: list[str]
) -> None:
    folder = f"{files.archive.base}/page-of-the-hub"
    html = (
        f"<title>hub</title><iframe src='{evil}'></iframe><object data='{evil}'></object>"
        f"<embed src='{evil}'><script src='{files.url('public/evil.js')}'></script>"
    )
    page.route(folder, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(folder, wait_until="load")
    assert page.evaluate("window.ran") is None
    assert page.title() == "hub"
    assert any("evil.html" in address for address in asked)
    assert any("evil.js" in address for address in asked)
    assert not [address for address in asked if "?ran" in address]


def test_even_shown_as_a_page_its_script_does_not_run(
    page: Page, files: Files, evil: str, asked: list[str]
) -> None:
    def show(route: Route) -> None:
        answer = route.fetch()
        headers = {**answer.headers, "content-type": "text/html"}
        del headers["content-disposition"]
        route.fulfill(response=answer, headers=headers)

    page.route(evil, show)
    page.goto(evil, wait_until="load")
    assert page.title() == "evil"
    assert not [address for address in asked if "?ran" in address]
