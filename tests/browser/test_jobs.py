"""The Jobs pane: jobs from everywhere, live; what can be done with one, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.platform import RunningPlatform

from ..archive.tap.queries import ENDLESS
from .conftest import USER
from .own_jobs import OwnJobs
from .panes import open_pane
from .query_tab import open_query_tab, write_query
from .watch import Watch

STARS = "SELECT TOP 30 source_id, ra, dec\nFROM gaia_dr3_g10.gaia_source\nORDER BY source_id"
EVIL = "Étoiles <b>d’été</b>"
SHOWN = ".jp-MainAreaWidget:not(.lm-mod-hidden)"


@pytest.fixture(scope="module")
def client(platform: RunningPlatform) -> Iterator[OwnJobs]:
    """Another client of the researcher."""
    jobs = OwnJobs(platform, USER)
    yield jobs
    jobs.close()


@pytest.fixture
def elsewhere(client: OwnJobs) -> Iterator[OwnJobs]:
    """Another client of the researcher, who has no jobs yet."""
    client.clear()
    yield client
    client.clear()


def _row(pane: Locator, text: str) -> Locator:
    return pane.locator(".ah-Job", has_text=text)


def _empty(lab: Page) -> Locator:
    """Open the pane and wait until those of the test before are gone from it."""
    pane = open_pane(lab, "Jobs")
    expect(pane.locator(".ah-Side-empty")).to_contain_text("No jobs yet.")
    return pane


def test_a_job_from_elsewhere_appears_and_its_result_opens_by_keyboard(
    lab: Page, elsewhere: OwnJobs, watch: Watch
) -> None:
    pane = _empty(lab)
    elsewhere.submit(STARS, EVIL)
    row = _row(pane, EVIL)
    expect(row).to_contain_text("Completed · 30 rows")
    expect(row.locator("b")).to_have_count(0)
    expect(row.locator(".ah-Job-when")).to_have_attribute("title", re.compile(r"^20\d\d-.* UTC$"))
    pane.get_by_role("searchbox").focus()
    lab.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    expect(pane.locator(".ah-Job-kept")).to_contain_text("Result kept until 20")
    lab.keyboard.press("Enter")
    expect(lab.locator(f"{SHOWN} .ah-Result-status")).to_contain_text("30 rows of a job’s result")
    expect(lab.locator(f"{SHOWN} .ah-Editor .cm-content")).to_contain_text("ORDER BY source_id")
    expect(lab.locator(f"{SHOWN} .ah-Grid-unit").nth(1)).to_have_text("deg")
    assert watch.unexpected() == []


def test_a_result_is_downloaded_and_saved_as_the_job_left_it(
    lab: Page, elsewhere: OwnJobs, tidy: None
) -> None:
    pane = _empty(lab)
    elsewhere.submit(STARS, EVIL)
    row = _row(pane, EVIL)
    expect(row).to_contain_text("Completed")
    row.click()
    with lab.expect_download() as download:
        pane.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "Étoiles_b_d_été_b.vot"
    assert b"<VOTABLE" in Path(download.value.path()).read_bytes()
    pane.get_by_role("button", name="Save to VOSpace…").click()
    form = lab.get_by_role("form", name="Save to VOSpace")
    expect(form).to_contain_text("the query is not run again")
    form.get_by_label("Format").select_option(label="CSV")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(lab.locator(".Toastify__toast", has_text="is written")).to_be_visible()


def test_a_query_runs_as_a_job_and_is_stopped_and_deleted(lab: Page, elsewhere: OwnJobs) -> None:
    pane = _empty(lab)
    open_query_tab(lab)
    write_query(lab, ENDLESS)
    lab.get_by_role("menuitem", name="Archive").click()
    lab.get_by_role("menuitem", name="Run as job").click()
    row = pane.locator(".ah-Job")
    expect(row).to_contain_text("Running")
    expect(row).to_have_attribute("aria-selected", "true")
    pane.get_by_role("button", name="Stop", exact=True).click()
    expect(row).to_contain_text("Stopped")
    row.focus()
    lab.keyboard.press("Delete")
    dialog = lab.locator(".jp-Dialog")
    expect(dialog).to_contain_text("It has no result.")
    lab.keyboard.press("Escape")
    expect(row).to_have_count(1)
    pane.get_by_role("button", name="Delete…").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert elsewhere.all() == []


def test_a_result_is_kept_longer_and_fetched_by_the_code_that_is_copied(
    lab: Page, elsewhere: OwnJobs
) -> None:
    pane = _empty(lab)
    job_id = elsewhere.submit(STARS, "a short life")
    elsewhere.submit("SELECT nothing FROM nowhere", "a mistake")
    row = _row(pane, "a short life")
    expect(row).to_contain_text("Completed")
    expect(_row(pane, "a mistake")).to_contain_text("Failed")
    row.click()
    keep = pane.get_by_role("button", name="Keep longer")
    expect(keep).to_have_count(0)
    soon = datetime.now(UTC) + timedelta(days=1)
    elsewhere.change(job_id, DESTRUCTION=soon.isoformat())
    keep.click()
    expect(keep).to_have_count(0)
    assert elsewhere.all()[-1]["destruction"] > (soon + timedelta(days=1)).isoformat()
    pane.get_by_role("button", name="Copy Python").click()
    lab.wait_for_function("navigator.clipboard.readText().then(text => text.includes('astrohub.result'))")
    copied = lab.evaluate("navigator.clipboard.readText()")
    assert copied.split("\n")[2] == f'table = astrohub.result("{job_id}")'
    pane.get_by_label("Phase").select_option(label="Failed")
    expect(row).to_have_count(0)
    _row(pane, "a mistake").click()
    expect(pane.locator(".ah-Job-error")).to_contain_text("nowhere")
    pane.get_by_role("searchbox").fill("No Such Job")
    expect(pane.locator(".ah-Side-empty")).to_contain_text("No job fits.")
    pane.get_by_role("searchbox").fill("")
    pane.get_by_label("Phase").select_option(label="All phases")
    expect(row).to_have_count(1)


def test_an_archive_out_of_reach_is_told_and_asked_again(lab: Page, elsewhere: OwnJobs) -> None:
    elsewhere.submit(STARS, "before")
    pane = open_pane(lab, "Jobs")
    pane.get_by_role("button", name="Refresh").click()
    expect(_row(pane, "before")).to_have_count(1)
    lab.route("**/astrohub/archive/jobs?*", lambda route: route.abort())
    pane.get_by_role("button", name="Refresh").click()
    alert = pane.get_by_role("alert")
    expect(alert).to_contain_text("The connection to your server was lost.")
    expect(_row(pane, "before")).to_have_count(1)
    with lab.expect_request("**/astrohub/archive/jobs?*"):
        alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(1)
    lab.unroute("**/astrohub/archive/jobs?*")
    expect(alert).to_have_count(0)
    expect(_row(pane, "before")).to_have_count(1)
