"""The line under the editor: what a query would cost, and what is wrong with it before it is run."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .query_tab import open_query_tab, write_query
from .watch import Watch

MISSPELT = "SELECT TOP 100 source_id, phot_g_mean_mg\nFROM gaia_dr3_g10.gaia_source"
COST = re.compile(r"^about 100 rows · reads (\d+) of \1 files, \d+ MB · quick$")


def test_a_query_is_estimated_and_mended_before_it_is_run(lab: Page, watch: Watch) -> None:
    open_query_tab(lab)
    write_query(lab, MISSPELT)
    line = lab.locator(".ah-Estimate")
    expect(line).to_contain_text("Line 1, column 27: There is no column phot_g_mean_mg")
    expect(lab.locator(".cm-lintRange-error")).to_have_text("phot_g_mean_mg")
    line.get_by_role("button", name="Use phot_g_mean_mag").click()
    expect(lab.locator(".cm-lintRange-error")).to_have_count(0)
    expect(line).to_have_text(COST)
    expect(lab.locator(".ah-Welcome")).to_be_visible()  # nothing was run
    assert watch.unexpected(r"status of 400 .*/archive/explain") == []
