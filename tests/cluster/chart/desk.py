"""JupyterLab in a real browser, through the proxy: from the log-in form to what a notebook puts out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Locator, Page, expect

from ...browser.watch import Watch
from ...support.chromium import running_chromium
from .site import PATIENCE_S, Lab

__all__ = ["Desk", "at_desk", "notebook_of", "put_into_home"]

_PATIENCE_MS = PATIENCE_S * 1000
#: The page of a start goes away by itself: what it shows is noted when it shows it.
_NOTE = """
new MutationObserver(() => {
  const shown = document.getElementById("progress-message");
  if (shown?.textContent) window.noteWhatIsTold(shown.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@dataclass
class Desk:
    """Somebody at a browser that has never been at the site.

    Parameters
    ----------
    lab
        Whose browser it is.
    page
        The browser's only page.
    watch
        Whom it asks.
    told
        What the page of the start has shown, in order.
    """

    lab: Lab
    page: Page
    watch: Watch
    told: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Note what the page of the start shows."""
        self.told.append(text)

    def log_in(self) -> None:
        """Fill in the form that the site shows first."""
        self.page.goto(self.lab.site.url())
        self.page.get_by_label("User name").fill(self.lab.name)
        self.page.get_by_label("Password").fill(self.lab.site.passwords[self.lab.name])
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda address: "/hub/login" not in address)

    def await_lab(self) -> None:
        """Watch the page of the start until JupyterLab is there; fail with what it says if that is why."""
        came = self.page.locator("#jp-main-dock-panel, #start-error:visible").first
        expect(came).to_be_visible()
        assert came.get_attribute("id") == "jp-main-dock-panel", came.inner_text()

    def open_notebook(self, path: str) -> None:
        """Open a notebook by its address and wait until its kernel is connected."""
        self.page.goto(f"{self.lab.site.url()}/user/{self.lab.name}/lab/tree/{path}?reset=1")
        cell = self.page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
        # The notebook does not say its language; only the kernel can have told it.
        expect(cell).to_have_attribute("data-language", "python")
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)

    def run_all(self) -> None:
        """Run all cells, by the menu."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()

    def outputs(self) -> Locator:
        """Return what the cells have put out."""
        return self.page.locator(".jp-Notebook .jp-OutputArea-output")


@contextmanager
def at_desk(lab: Lab) -> Iterator[Desk]:
    """Sit somebody down at a browser."""
    with running_chromium() as chromium, chromium.new_context() as context:
        expect.set_options(timeout=_PATIENCE_MS)
        context.set_default_timeout(_PATIENCE_MS)
        host = str(urlsplit(lab.site.url()).hostname)
        desk = Desk(lab, context.new_page(), Watch(own=frozenset({host})).over(context))
        context.expose_function("noteWhatIsTold", desk.note)
        context.add_init_script(_NOTE)
        yield desk


def notebook_of(*sources: str) -> bytes:
    """Write a notebook with these cells that says nothing of a kernel."""
    cells: list[dict[str, object]] = [
        {
            "id": f"cell-{number}",
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def put_into_home(lab: Lab, name: str, content: bytes) -> None:
    """Put a file into somebody's home, by the archive; no server need run."""
    url = f"{lab.site.url()}/services/archive/files/home/{lab.name}/{name}"
    headers = {"Authorization": f"Bearer {lab.token()}"}
    answer = requests.put(url, data=content, headers=headers, timeout=PATIENCE_S)
    assert answer.ok, answer.text
