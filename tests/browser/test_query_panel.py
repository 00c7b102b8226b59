"""A researcher logs in, asks the archive in the Query tab and in a notebook, and sees the rows."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import RunningPlatform

from .conftest import USER
from .query_tab import column_names, copy_all, open_query_tab, run_query, write_query
from .watch import Watch

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"
MISSPELT = "SELECT TOP 100 source_id,\n       phot_g_mean_mg\nFROM gaia_dr3_g10.gaia_source"
REFUSED = r"status of 400 .*/astrohub/(query|archive/explain)"


def _direct(platform: RunningPlatform, query: str) -> list[dict[str, str]]:
    """Ask TAP itself, as anybody may."""
    form = {"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": query, "MAXREC": "100000", "FORMAT": "text/csv"}
    answer = httpx.post(f"{platform.url}/services/archive/tap/sync", data=form, timeout=60)
    answer.raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.text)))


def _token(platform: RunningPlatform) -> str:
    return (platform.data / "servers" / USER / "default" / "token").read_text().strip()


def test_rows_come_with_units_and_exact_identifiers(
    lab: Page, platform: RunningPlatform, watch: Watch
) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    assert column_names(lab)[:4] == ["source_id", "ra", "dec", "phot_g_mean_mag"]
    units = lab.locator(".ah-Grid-unit:visible").all_inner_texts()
    assert units[:4] == ["", "deg", "deg", "mag"]
    expect(lab.locator(".ah-Result-status")).to_contain_text("100 rows,")
    shown = {line[0]: float(line[1]) for line in copy_all(lab)}
    known = {row["source_id"]: float(row["ra"]) for row in _direct(platform, BRIGHT.replace("TOP 100 ", ""))}
    assert len(shown) == 100
    assert shown == {name: known[name] for name in shown}
    assert any(int(name) > 2**53 for name in shown)
    assert watch.foreign() == []
    assert watch.unexpected() == []


def test_a_screen_reader_finds_a_grid_with_places(lab: Page) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    grid = lab.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "102")
    header = lab.get_by_role("columnheader", name="phot_g_mean_mag")
    expect(header).to_have_attribute(
        "aria-description", re.compile(r"^Type: float\. Unit: mag\. UCD: phot\.mag")
    )
    grid.focus()
    for key in ("Control+End", "ArrowUp", "Home"):
        lab.keyboard.press(key)
    # The grid names its active cell when it has painted it.
    active = lab.locator("[aria-rowindex='101'] [aria-colindex='1']")
    expect(active).to_be_visible()
    expect(grid).to_have_attribute("aria-activedescendant", active.get_attribute("id") or "?")


def test_a_misspelt_column_is_shown_in_its_place_and_mended(lab: Page, watch: Watch) -> None:
    open_query_tab(lab)
    run_query(lab, MISSPELT)
    expect(lab.get_by_role("alert")).to_contain_text("Line 2, column 8")
    expect(lab.get_by_role("alert")).to_contain_text("phot_g_mean_mg")
    expect(lab.locator(".cm-lintRange-error")).to_have_text("phot_g_mean_mg")
    lab.hover(".cm-lintRange-error")
    lab.click(".cm-diagnosticAction:has-text('phot_g_mean_mag')")
    expect(lab.locator(".cm-lintRange-error")).to_have_count(0)
    expect(lab.locator(".ah-Editor .cm-content")).to_contain_text("phot_g_mean_mag")
    lab.keyboard.press("Control+Enter")
    expect(lab.get_by_role("grid")).to_be_visible()
    expect(lab.get_by_role("alert")).to_have_count(0)
    assert watch.unexpected(REFUSED) == []


def test_the_alert_mends_the_query_too(lab: Page) -> None:
    open_query_tab(lab)
    run_query(lab, MISSPELT)
    lab.get_by_role("alert").get_by_role("button", name="Use phot_g_mean_mag").click()
    expect(lab.locator(".ah-Editor .cm-content")).to_contain_text("phot_g_mean_mag")
    expect(lab.locator(".ah-Editor .cm-content")).to_be_focused()


@pytest.mark.parametrize("number", range(3))
def test_an_example_of_the_empty_tab_works(lab: Page, number: int) -> None:
    open_query_tab(lab)
    lab.locator(".ah-Welcome-example").nth(number).click()
    lab.keyboard.press("Control+Enter")
    expect(lab.locator(".ah-Result-status")).to_contain_text(" rows, ")
    expect(lab.get_by_role("grid")).to_be_visible()


def test_a_result_that_the_limit_cut_says_so_and_offers_more(lab: Page) -> None:
    open_query_tab(lab)
    lab.get_by_label("Row limit").select_option("1000")
    run_query(lab, "SELECT source_id FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 6")
    status = lab.locator(".ah-Result-status")
    expect(status).to_contain_text("1\u202f000 of more rows: the limit cut this result.")
    status.get_by_role("button", name="Get up to 10\u202f000").click()
    expect(status).to_contain_text(" rows, ")
    expect(lab.get_by_label("Row limit")).to_have_value("10000")


def test_a_long_query_shows_its_time_and_can_be_stopped(lab: Page) -> None:
    open_query_tab(lab)
    write_query(
        lab,
        "SELECT COUNT(*) AS pairs FROM gaia_dr3_g10.gaia_source AS a\n"
        "JOIN gaia_dr3_g10.gaia_source AS b ON a.phot_g_mean_mag < b.phot_g_mean_mag",
    )
    lab.keyboard.press("Control+Enter")
    status = lab.locator(".ah-Result-status")
    expect(status).to_have_text(re.compile(r"^Running, \d"))
    tab = lab.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)")
    tab.get_by_role("button", name="Stop", exact=True).click()
    expect(status).to_have_text("Stopped")
    run_query(lab, BRIGHT)
    expect(status).to_contain_text("100 rows,")


def test_no_row_is_explained(lab: Page) -> None:
    open_query_tab(lab)
    run_query(lab, "SELECT ra FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < -30")
    expect(lab.locator(".ah-Notice-title")).to_have_text("0 rows")


def test_a_reload_brings_text_and_limit_back(lab: Page) -> None:
    open_query_tab(lab)
    lab.get_by_label("Row limit").select_option("100000")
    with lab.expect_request(
        lambda sent: sent.method == "PUT" and "SELECT 1 AS kept" in (sent.post_data or "")
    ) as kept:
        write_query(lab, "SELECT 1 AS kept")
    kept.value.response()
    lab.goto(lab.url.partition("?")[0])
    expect(lab.locator(".ah-Editor .cm-content")).to_have_text("SELECT 1 AS kept")
    expect(lab.get_by_label("Row limit")).to_have_value("100000")


def test_a_notebook_gets_a_table_with_units(lab: Page, watch: Watch) -> None:
    lab.click(".jp-LauncherCard[data-category=Notebook] >> nth=0")
    lab.wait_for_selector("#jp-main-statusbar >> text=Idle", timeout=60_000)
    lab.click(".jp-Notebook .cm-content")
    lab.keyboard.insert_text(
        'import astrohub\nt = astrohub.query("SELECT TOP 3 source_id, ra FROM gaia_dr3_g10.gaia_source")\n'
        'print(len(t), type(t).__name__, t["ra"].unit, t["source_id"].dtype)'
    )
    lab.keyboard.press("Shift+Enter")
    expect(lab.locator(".jp-OutputArea-output").first).to_contain_text("3 ", timeout=120_000)
    expect(lab.locator(".jp-OutputArea-output").first).to_have_text("3 Table deg int64")
    assert watch.foreign() == []


def test_no_token_is_in_any_page_or_address(lab: Page, platform: RunningPlatform, watch: Watch) -> None:
    open_query_tab(lab)
    run_query(lab, BRIGHT)
    token = _token(platform)
    assert len(token) > 20
    assert [address for address in watch.addresses if token in address] == []
    assert token not in lab.content()
    assert token not in lab.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert [address for address in watch.addresses if "token=" in address] == []
    config = json.loads(lab.locator("#jupyter-config-data").text_content() or "{}")
    assert config["hubUser"] == USER
    assert config["token"] == ""


@pytest.mark.parametrize(
    ("name", "scheme", "width", "height"),
    [
        ("query-light", "light", 1280, 800),
        ("query-dark", "dark", 1280, 800),
        ("query-narrow", "light", 420, 800),
    ],
)
def test_it_stands_in_light_dark_and_narrow(
    lab: Page,
    pictures: Path | None,
    name: str,
    scheme: Literal["light", "dark"],
    width: int,
    height: int,
) -> None:
    lab.emulate_media(color_scheme=scheme)
    open_query_tab(lab)
    if width < 600:
        lab.keyboard.press("Control+b")
    lab.set_viewport_size({"width": width, "height": height})
    run_query(lab, BRIGHT.replace(" FROM", "\nFROM").replace(" WHERE", "\nWHERE"))
    grid = lab.locator(".ah-Grid").bounding_box()
    assert grid is not None
    assert grid["width"] <= width
    assert grid["height"] > 150
    expect(lab.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
    if pictures is not None:
        lab.screenshot(path=pictures / f"{name}.png")
