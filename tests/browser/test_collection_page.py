"""The page of the notebook collection in a browser: readable everywhere, and reports that cannot act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbtester.models import Failure, FailureKind, NotebookResult, Outcome, RunResult
from nbtester.report.html import write_html
from nbtester.report.json_file import write_json
from playwright.sync_api import Browser, Page, expect

from tests.support.platform import RunningPlatform
from tests.support.waiting import until

BROKEN = "02_Stars/02_HipparcosGaiaProperMotion.ipynb"
CAUSE = Failure(FailureKind.ERROR, "KeyError: 'pmra_error'", cell=7, source="table['pmra_error']")


@pytest.fixture
def results(platform: RunningPlatform) -> Iterator[Path]:
    """Reports of three nights; one notebook broke on the second."""
    collection = platform.data / "notebooks" / "current"
    until(collection.exists, "the collection is published")
    paths = sorted(path.relative_to(collection.resolve()) for path in collection.resolve().rglob("*.ipynb"))
    folder = platform.data / "notebooks" / "results"
    folder.mkdir(exist_ok=True)
    for day in (19, 20, 21):
        notebooks = tuple(_result(path.as_posix(), day) for path in paths)
        run = RunResult(collection, datetime(2026, 11, day, 3, tzinfo=UTC), 41.0, notebooks)
        write_html(run, folder / f"2026-11-{day}.html", cells_of="none")
        write_json(run, folder / f"2026-11-{day}.json")
    yield folder
    for file in folder.iterdir():
        file.unlink()


@pytest.fixture
def visitor(browser: Browser, platform: RunningPlatform) -> Iterator[Page]:
    """The page as somebody who is not logged in sees it."""
    with browser.new_context(viewport={"width": 1000, "height": 700}) as context:
        page = context.new_page()
        yield page


def _result(path: str, day: int) -> NotebookResult:
    if path == BROKEN and day > 19:
        return NotebookResult(
            path, Outcome.FAILED, failures=(CAUSE,), wall_s=3.1, peak_memory_bytes=212_000_000
        )
    seconds = 4 + len(path) % 7
    return NotebookResult(path, Outcome.PASSED, wall_s=seconds, peak_memory_bytes=190_000_000 + day * seconds)


def test_it_shows_what_is_broken_in_light_dark_and_narrow(
    visitor: Page, platform: RunningPlatform, results: Path, pictures: Path | None
) -> None:
    visitor.goto(f"{platform.url}/services/notebooks/")
    first = visitor.get_by_role("row").filter(has_text="fails since 2026-11-20: cell 7: KeyError")
    expect(first).to_contain_text("HipparcosGaiaProperMotion")
    if pictures is not None:
        visitor.screenshot(path=pictures / "collection-light.png")
    visitor.emulate_media(color_scheme="dark")
    assert visitor.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 19, 38)"
    visitor.set_viewport_size({"width": 360, "height": 800})
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_report_opens_at_its_notebook_and_cannot_act(
    visitor: Page, platform: RunningPlatform, results: Path
) -> None:
    report = results / "2026-11-21.html"
    act = "<script>document.title = 'acted'</script>"
    hostile = report.read_text().replace("</body>", f"{act}</body>")
    report.write_text(hostile.replace('http-equiv="Content-Security-Policy"', 'name="gone"'))
    visitor.goto(f"{platform.url}/services/notebooks/")
    visitor.get_by_role("link", name=f"Report of {BROKEN}").click()
    expect(visitor.get_by_role("heading", name=BROKEN)).to_be_in_viewport()
    assert visitor.title() != "acted"
    assert visitor.evaluate("origin") == "null"
