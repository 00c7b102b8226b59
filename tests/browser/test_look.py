"""The panes with something in them, in light, dark and narrow; here the guides' pictures are taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import RunningPlatform

from ..archive.tap.queries import ENDLESS
from .conftest import USER
from .home import write_as_owner
from .own_jobs import OwnJobs
from .panes import open_home, open_pane

Take = Callable[[str], None]
SHOWN = ".jp-MainAreaWidget:not(.lm-mod-hidden)"
JOBS = (
    ("SELECT hip, plx, b_v, hpmag FROM hipparcos.hip2 WHERE plx > 20", ""),
    ("SELECT ngc FROM openngc.objects", "NGC numbers"),
    (
        "SELECT source_id, ra, dec, phot_g_mean_mag\nFROM gaia_dr3_g10.gaia_source\n"
        "WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(56.871, 24.105, 2))",
        "Pleiades, 2°",
    ),
    (
        "SELECT COUNT(*) AS stars, AVG(phot_g_mean_mag) AS mean FROM gaia_dr3_g10.gaia_source",
        "Mean magnitude",
    ),
)
NOTES = '# 2026-11-20\n\nClear until 3 h, then cirrus. Six exposures of M 31, seeing 1.2".\n'


@pytest.fixture
def take(lab: Page, pictures: Path | None) -> Take:
    """Look at the desk in the light and in the dark; keep pictures if they are to be made anew."""

    def look(name: str) -> None:
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            lab.emulate_media(color_scheme=scheme)
            is_light = str(scheme == "light").lower()
            lab.wait_for_selector(f"body[data-jp-theme-light={is_light}]", state="attached")
            assert lab.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if pictures is not None:
                lab.screenshot(path=pictures / f"{name}-{scheme}.png", animations="disabled")
        lab.emulate_media(color_scheme="light")
        lab.wait_for_selector("body[data-jp-theme-light=true]", state="attached")

    return look


def test_the_schema_browser_beside_a_result(lab: Page, take: Take) -> None:
    pane = open_pane(lab, "Schema browser")
    search = pane.get_by_role("searchbox")
    search.fill("magnitude")
    expect(pane.locator("mark").first).to_be_visible()
    pane.locator(".ah-Tree-row.ah-mod-table", has_text="gaia_source").first.click()
    lab.locator(f"{SHOWN} .ah-Editor .cm-content").click()
    lab.keyboard.press("Control+Enter")
    expect(lab.locator(f"{SHOWN} .ah-Result-status")).to_contain_text("100 rows,")
    box = pane.bounding_box()
    assert box is not None
    assert box["width"] >= 200
    take("schema-browser")
    search.fill("")


def test_the_jobs_pane_beside_a_result(lab: Page, take: Take, platform: RunningPlatform) -> None:
    jobs = OwnJobs(platform, USER)
    jobs.clear()
    for query, name in JOBS:
        jobs.submit(query, name)
    pane = open_pane(lab, "Jobs")
    expect(pane.locator(".ah-Job", has_text="Completed")).to_have_count(3)
    expect(pane.locator(".ah-Job", has_text="Failed")).to_have_count(1)
    jobs.submit(ENDLESS, "All pairs of bright stars")
    expect(pane.locator(".ah-Job", has_text="Running")).to_have_count(1)
    pane.locator(".ah-Job", has_text="Pleiades").click()
    pane.get_by_role("button", name="Open result").click()
    expect(lab.locator(f"{SHOWN} .ah-Result-status")).to_contain_text("of a job’s result")
    take("jobs")
    jobs.close()


def test_the_vospace_pane_beside_a_file(lab: Page, tidy: None, take: Take, platform: RunningPlatform) -> None:
    home = platform.data / "vospace" / "home" / USER
    names = ("andromeda-1.fits", "andromeda-2.fits", "flat.fits", "bright_stars.vot", "stars.csv")
    files = {f"m31/{name}": bytes(40_000 * (place + 1)) for place, name in enumerate(names)}
    write_as_owner(home, {**files, "m31/notes.md": NOTES.encode(), "m31/raw/.keep": b""})
    pane = open_home(lab, USER)
    pane.locator(".ah-Entry", has_text="m31").dblclick()
    pane.locator(".ah-Entry", has_text="notes.md").dblclick()
    expect(lab.locator(".jp-FileEditor .cm-content")).to_contain_text("Clear until 3 h")
    expect(pane.locator(".ah-Entry-size").first).to_be_visible()
    take("vospace")
    lab.keyboard.press("Alt+w")


def test_the_notebooks_pane_beside_a_copy(lab: Page, tidy: None, take: Take, pictures: Path | None) -> None:
    pane = open_pane(lab, "Notebooks")
    diagram = pane.locator(".ah-Notebook", has_text="Hertzsprung")
    expect(diagram).to_contain_text("Between 1989 and 1993")
    diagram.get_by_role("button").click()
    panel = lab.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(panel.get_by_role("heading", name="The Hertzsprung–Russell diagram of Hipparcos")).to_be_visible(
        timeout=120_000
    )
    if pictures is not None:  # with the diagram in it, which takes a while
        expect(panel.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
            "data-status", "idle", timeout=60_000
        )
        lab.click("text=Run >> nth=0")
        lab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        plot = panel.locator(".jp-OutputArea-output img").first
        expect(plot).to_be_visible(timeout=120_000)
        plot.scroll_into_view_if_needed()
    take("notebooks")


def test_the_panes_stand_where_it_is_narrow(lab: Page) -> None:
    for name in ("Schema browser", "Jobs", "VOSpace", "Notebooks"):
        pane = open_pane(lab, name)
        lab.set_viewport_size({"width": 420, "height": 700})
        expect(pane.locator(".ah-Side-body")).to_have_attribute("aria-busy", "false")
        head, body = pane.locator(".ah-Side-head"), pane.locator(".ah-Side-body")
        assert head.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert body.evaluate("node => node.scrollWidth <= node.clientWidth")
        lab.set_viewport_size({"width": 1280, "height": 800})
