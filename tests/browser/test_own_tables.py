"""Tables of one's own in the Schema browser: renamed, copied, indexed, asked how they were made, restored."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.platform import RunningPlatform

from .conftest import USER
from .panes import open_pane
from .watch import Watch

BRIGHT = "SELECT TOP 20 source_id, ra, dec FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"


@pytest.fixture
def pane(lab: Page, platform: RunningPlatform, tidy: None) -> Locator:
    """The Schema browser, with a table in MyDB."""
    address = f"{platform.url}/services/archive/mydb/tables"
    headers = {"Authorization": f"Bearer {platform.token(USER)}"}
    body = {"name": "bright", "query": BRIGHT, "replace": True}
    assert httpx.post(address, json=body, headers=headers, timeout=60).status_code == 201
    shown = open_pane(lab, "Schema browser")
    shown.get_by_role("button", name="Refresh").click()
    expect(_own(shown, "bright")).to_be_visible()
    return shown


def _own(pane: Locator, name: str) -> Locator:
    return pane.locator(f".ah-Tree-row.ah-mod-table[data-key='mydb.{name}']")


def _choose(lab: Page, row: Locator, label: str) -> None:
    row.click(button="right")
    lab.locator(".lm-Menu").get_by_text(label, exact=True).click()


def _answer(lab: Page, text: str) -> None:
    field = lab.locator(".jp-Dialog input")
    expect(field).to_be_focused()
    field.fill(text)
    lab.keyboard.press("Enter")
    expect(field).to_have_count(0)


def test_a_table_is_renamed_by_keys_and_the_toast_undoes_it(lab: Page, pane: Locator, watch: Watch) -> None:
    _own(pane, "bright").focus()
    lab.keyboard.press("F2")
    _answer(lab, "brightest")
    expect(_own(pane, "brightest")).to_have_attribute("aria-selected", "true")
    expect(_own(pane, "bright")).to_have_count(0)
    lab.get_by_role("button", name="Undo").last.click()
    expect(_own(pane, "bright")).to_be_visible()
    expect(_own(pane, "brightest")).to_have_count(0)
    assert watch.unexpected() == []


def test_a_table_is_copied_indexed_and_tells_how_it_was_made(
    lab: Page, pane: Locator, pictures: Path | None
) -> None:
    _choose(lab, _own(pane, "bright"), "Copy table…")
    _answer(lab, "kept")
    expect(_own(pane, "kept")).to_be_visible()
    _choose(lab, _own(pane, "kept"), "Index by position")
    expect(pane.locator(".ah-Detail-facts")).to_contain_text("indexed by position")
    _choose(lab, _own(pane, "kept"), "How was this made?")
    dialog = lab.locator(".jp-Dialog")
    expect(dialog.locator(".ah-Origin-query")).to_have_text(BRIGHT)
    expect(dialog).to_contain_text("a copy of mydb.bright")
    expect(dialog.get_by_role("listitem")).to_contain_text("gaia_dr3_g10.gaia_source, as written")
    if pictures is not None:
        lab.screenshot(path=pictures / "mydb-origin.png")
    dialog.get_by_role("button", name="Open the query").click()
    expect(lab.locator(".ah-Editor .cm-content")).to_contain_text("SELECT TOP 20 source_id")


def test_a_deleted_table_is_found_again_after_its_toast_has_gone(lab: Page, pane: Locator) -> None:
    _own(pane, "bright").focus()
    lab.keyboard.press("Delete")
    lab.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(_own(pane, "bright")).to_have_count(0)
    _choose(lab, pane.locator(".ah-Tree-row[data-key='mydb']"), "Restore a deleted table…")
    expect(lab.locator(".jp-Dialog")).to_contain_text("Restore a deleted table")
    lab.locator(".jp-Dialog").get_by_role("button", name="Restore").click()
    expect(_own(pane, "bright")).to_be_visible()
