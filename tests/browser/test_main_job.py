"""The main job: find a table, ask it, keep the rows, go on in a notebook, all in one browser window."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.platform import RunningPlatform

from .conftest import PATIENCE_MS, USER
from .panes import open_pane, open_space
from .query_tab import open_query_tab, run_query, write_query
from .watch import Watch

BRIGHT = "SELECT TOP 20 source_id, ra, dec FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"
EXPLAIN = "**/astrohub/archive/explain"


def _toolbar(lab: Page, label: str) -> None:
    """Press a button of the Query tab, also where the toolbar has folded it away."""
    shown = lab.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").get_by_role(
        "button", name=label, exact=True
    )
    if not shown.is_visible():
        lab.locator(".jp-Toolbar-responsive-opener:visible jp-button").click()
        shown = lab.locator(".jp-Toolbar-responsive-popup").get_by_role("button", name=label, exact=True)
    shown.click()


def _found_in_palette(lab: Page, words: str) -> Locator:
    """Look for a command in the palette; return the one that Enter runs."""
    lab.keyboard.press("Control+Shift+c")
    lab.locator("#modal-command-palette input").fill(words)
    return lab.locator("#modal-command-palette .lm-CommandPalette-item.lm-mod-active")


def _save_to_mydb(lab: Page, name: str) -> None:
    _toolbar(lab, "Save to MyDB…")
    form = lab.get_by_role("form", name="Save to MyDB")
    form.get_by_label("mydb.").fill(name)
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)


def test_a_search_finds_columns_by_their_descriptions(lab: Page, watch: Watch) -> None:
    pane = open_pane(lab, "Schema browser")
    expect(pane.get_by_role("treeitem", name="gaia_dr3_g10", exact=True)).to_be_visible()
    pane.get_by_role("searchbox").fill("redshift")
    expect(pane.locator(".ah-Tree-row.ah-mod-column").first).to_be_visible()
    expect(pane.locator("mark").first).to_have_text(re.compile("redshift", re.IGNORECASE))
    pane.get_by_role("searchbox").fill("no such word at all")
    expect(pane.locator(".ah-Side-empty")).to_contain_text("Nothing has")
    assert watch.unexpected() == []
    assert watch.foreign() == []


def test_a_click_on_a_table_opens_a_query_that_runs(lab: Page) -> None:
    pane = open_pane(lab, "Schema browser")
    pane.get_by_role("treeitem", name="gaia_dr3_g10", exact=True).click()
    table = pane.locator(".ah-Tree-row.ah-mod-table", has_text="gaia_source")
    expect(table).to_contain_text("482")
    table.click()
    expect(lab.locator(".ah-Editor .cm-content")).to_contain_text("SELECT TOP 100 source_id, ra, dec")
    lab.locator(".ah-Editor .cm-content").click()
    lab.keyboard.press("Control+Enter")
    expect(lab.locator(".ah-Result-status")).to_contain_text("100 rows,")


def test_every_first_query_of_the_sample_data_runs(lab: Page, platform: RunningPlatform) -> None:
    pane = open_pane(lab, "Schema browser")
    pane.locator(".ah-Tree-row").first.wait_for()
    for schema in pane.locator(".ah-Tree-row.ah-mod-schema[aria-expanded=false]").all_inner_texts():
        pane.get_by_role("treeitem", name=schema.strip(), exact=True).click()
    tables = pane.locator(".ah-Tree-row.ah-mod-table")
    texts = []
    for number in range(tables.count()):
        schema, _, table = (tables.nth(number).get_attribute("data-key") or "").partition(".")
        tables.nth(number).click()
        editor = lab.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .ah-Editor .cm-content")
        named = re.compile(rf'\b{re.escape(schema)}"?\."?{re.escape(table)}\b')
        expect(editor.locator(".cm-line", has_text=named)).to_have_count(1)  # not the one before it
        expect(editor).to_contain_text("SELECT TOP 100")
        texts.append("\n".join(editor.locator(".cm-line").all_inner_texts()))
    assert len(set(texts)) == len(texts) >= 4
    for text in texts:
        form = {"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": text, "MAXREC": "2", "FORMAT": "text/csv"}
        answer = httpx.post(f"{platform.url}/services/archive/tap/sync", data=form, timeout=60)
        assert answer.status_code == 200, text + answer.text


def test_the_tree_is_walked_by_keys(lab: Page) -> None:
    pane = open_pane(lab, "Schema browser")
    pane.locator(".ah-Tree-row").first.wait_for()
    pane.get_by_role("searchbox").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"):
        lab.keyboard.press(key)
    focused = pane.locator(".ah-Tree-row:focus")
    expect(focused).to_have_attribute("aria-level", "3")
    expect(pane.locator(".ah-Detail-name")).to_be_visible()
    lab.keyboard.press("ArrowLeft")
    expect(focused).to_have_attribute("aria-level", "2")
    lab.keyboard.press("Enter")
    expect(lab.locator(".ah-Editor .cm-content")).to_contain_text("SELECT TOP 100")


@pytest.mark.parametrize("pane", ["Jobs", "Schema browser", "VOSpace", "Notebooks"])
def test_the_palette_opens_a_pane_with_the_keyboard_in_it(lab: Page, pane: str) -> None:
    open_query_tab(lab)
    lab.click(".ah-Editor .cm-content")
    expect(_found_in_palette(lab, f"Show {pane}")).to_contain_text(pane)
    lab.keyboard.press("Enter")
    expect(lab.get_by_role("region", name=pane, exact=True).locator(":focus")).to_have_count(1)
    expect(lab.locator(".ah-Editor .cm-content")).not_to_be_focused()


def test_a_result_becomes_a_table_that_is_shown_asked_deleted_and_restored(lab: Page, tidy: None) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    _save_to_mydb(lab, "bright")
    lab.get_by_role("button", name="Show it").click()
    pane = open_pane(lab, "Schema browser")
    table = pane.locator(".ah-Tree-row.ah-mod-table[data-mydb]", has_text="bright")
    expect(table).to_contain_text("20")
    expect(pane.locator(".ah-Side-quota")).to_contain_text("MyDB:")
    run_query(
        lab, "SELECT b.source_id FROM mydb.bright AS b JOIN gaia_dr3_g10.gaia_source AS g USING (source_id)"
    )
    expect(lab.locator(".ah-Result-status")).to_contain_text("20 rows,")
    table.focus()
    lab.keyboard.press("Delete")
    lab.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(table).to_have_count(0)
    lab.get_by_role("button", name="Undo").click()
    expect(table).to_have_count(1)


def test_a_name_that_cannot_be_is_told_beside_the_field(lab: Page, tidy: None) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    _toolbar(lab, "Save to MyDB…")
    form = lab.get_by_role("form", name="Save to MyDB")
    expect(form.get_by_role("status")).to_have_count(1)  # there before it says anything, for screen readers
    form.get_by_label("mydb.").fill("7 stars")
    expect(form.get_by_role("alert")).to_contain_text("begins with a letter")
    expect(form.get_by_role("button", name="Save")).to_be_disabled()
    lab.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(lab.locator(":focus")).not_to_have_count(0)  # whoever has no mouse goes on where they were


def test_a_table_that_may_have_no_room_is_told_before_it_is_saved(lab: Page) -> None:
    """A join without a condition: 57 thousand million rows."""
    lab.route(EXPLAIN, _until_rows_are_known)
    try:
        open_query_tab(lab)
        write_query(lab, "SELECT g.source_id, h.hip\nFROM gaia_dr3_g10.gaia_source AS g, hipparcos.hip2 AS h")
        expect(lab.locator(".ah-Estimate")).to_contain_text(
            "cut at the row limit"
        )  # nothing else is asked then
        _toolbar(lab, "Save to MyDB…")
        form = lab.get_by_role("form", name="Save to MyDB")
        expect(form.get_by_role("status")).to_contain_text(
            "this may take up to about 682.4 GB, and 250.0 GB are left"
        )
        expect(form.get_by_role("button", name="Save")).to_be_enabled()
        lab.keyboard.press("Escape")
        expect(form).to_have_count(0)
    finally:
        lab.unroute_all(behavior="wait")


def _until_rows_are_known(route: Route) -> None:
    """On a busy machine the archive may need more time than it gives itself: it then knows no rows."""
    answer = route.fetch(timeout=PATIENCE_MS)
    while answer.ok and answer.json()["rows"] is None:
        answer = route.fetch(timeout=PATIENCE_MS)
    route.fulfill(response=answer)


def test_a_result_goes_on_in_a_notebook(lab: Page, tidy: None) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    _toolbar(lab, "Send to notebook")
    cell = lab.locator(".jp-Notebook .jp-CodeCell").first
    expect(cell.locator(".cm-content")).to_contain_text("table = astrohub.query(")
    cell.locator(".cm-content").click()
    lab.keyboard.press("Shift+Enter")  # once: the cell is there only when its kernel is connected
    output = lab.locator(".jp-OutputArea-output").first
    expect(output).to_contain_text("source_id")


@pytest.mark.parametrize("kind", ["CSV", "ECSV", "VOTable", "FITS", "Parquet"])
def test_a_result_becomes_a_file_that_the_pane_shows(lab: Page, tidy: None, kind: str) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    _toolbar(lab, "Save to VOSpace…")
    form = lab.get_by_role("form", name="Save to VOSpace")
    form.get_by_label("Format").select_option(label=kind)
    path = form.get_by_label("Path").input_value()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    lab.get_by_role("button", name="Show it").click()
    pane = open_pane(lab, "VOSpace")
    expect(pane.locator(".ah-Entry[aria-selected=true]")).to_contain_text(path.split("/")[-1])


def test_a_result_is_downloaded_by_keyboard_and_the_keyboard_goes_back_to_the_query(lab: Page) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    found = _found_in_palette(lab, "Archive Download")
    expect(found).to_have_attribute("data-command", "astrohub:download-result")
    lab.keyboard.press("Enter")
    form = lab.get_by_role("form", name="Download")
    expect(form.get_by_label("Format")).to_be_focused()
    form.get_by_label("Format").select_option(label="CSV")
    with lab.expect_download() as download:
        form.get_by_role("button", name="Download").press("Enter")
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 21
    expect(form).to_have_count(0)
    expect(lab.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .ah-Editor .cm-content")).to_be_focused()


def test_files_are_uploaded_renamed_looked_at_deleted_and_restored(
    lab: Page, tidy: None, tmp_path: Path
) -> None:
    pane = open_space(lab)
    pane.locator(".ah-Entry", has_text="home").dblclick()
    pane.locator(".ah-Entry", has_text=USER).dblclick()
    expect(pane.get_by_role("button", name="New folder")).to_be_enabled()
    with lab.expect_file_chooser() as chooser:
        pane.get_by_role("button", name="Upload files").click()
    (tmp_path / "Liste é.txt").write_text("eins")
    chooser.value.set_files(tmp_path / "Liste é.txt")
    entry = pane.locator(".ah-Entry", has_text="Liste é.txt")
    entry.click()
    lab.keyboard.press("F2")
    lab.keyboard.press("Control+a")
    lab.keyboard.insert_text("other.txt")
    lab.keyboard.press("Enter")
    expect(entry).to_have_count(0)
    entry = pane.locator(".ah-Entry", has_text="other.txt")
    entry.click()
    lab.keyboard.press("Delete")
    lab.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(entry).to_have_count(0)
    lab.get_by_role("button", name="Undo").click()
    entry.dblclick()
    expect(lab.locator(".jp-FileEditor .cm-content")).to_contain_text("eins")


def test_a_public_file_dragged_onto_the_file_browser_arrives_in_the_home(lab: Page, tidy: None) -> None:
    pane = open_space(lab)
    pane.locator(".ah-Entry", has_text="public").dblclick()
    while pane.locator(".ah-Entry.ah-mod-file").count() == 0:
        pane.locator(".ah-Entry.ah-mod-folder").first.dblclick()
        expect(pane.locator(".ah-Side-body")).to_have_attribute("aria-busy", "false")
    file = pane.locator(".ah-Entry.ah-mod-file").first
    name = file.get_attribute("data-name")
    tab = lab.locator(".jp-SideBar .lm-TabBar-tab[data-id=filebrowser]")
    file.hover()
    lab.mouse.down()
    tab.hover()
    tab.hover()
    browser = lab.locator("#filebrowser .jp-DirListing-content")
    expect(browser).to_be_visible()
    browser.hover()
    browser.hover()
    lab.mouse.up()
    expect(lab.locator("#filebrowser .jp-DirListing-item", has_text=name or "?")).to_be_visible()


def test_a_copy_of_a_notebook_opens(lab: Page, tidy: None) -> None:
    pane = open_pane(lab, "Notebooks")
    first = pane.locator(".ah-Notebook").first
    expect(first).to_be_visible()
    first.get_by_role("button").click()
    expect(lab.locator(".jp-NotebookPanel")).to_be_visible(timeout=30_000)
    expect(lab.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
