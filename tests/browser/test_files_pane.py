"""The VOSpace pane with many files, hidden files, files from the desktop and an upload that is given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.support.platform import RunningPlatform
from tests.support.waiting import until

from .conftest import USER
from .home import write_as_owner
from .panes import open_home, open_space

MANY = 1100
PAGE = 1000


@pytest.fixture
def home(platform: RunningPlatform) -> Path:
    """The home as it lies on disk."""
    return platform.data / "vospace" / "home" / USER


@pytest.fixture
def devtools(lab: Page) -> Iterator[CDPSession]:
    """What a browser's developer tools can do to the page."""
    session = lab.context.new_cdp_session(lab)
    yield session
    session.detach()


def _arriving(home: Path) -> bool:
    """Whether the archive holds a part of an upload."""
    return any(path.is_file() for path in home.parent.glob(".incoming/**/*"))


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def _drop(devtools: CDPSession, target: Locator, *paths: Path) -> None:
    """Drop files of the desktop, as a hand would."""
    box = target.bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] - 8}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


def test_the_keyboard_stays_in_the_list_from_folder_to_folder(lab: Page) -> None:
    pane = open_space(lab)
    pane.locator(".ah-Entry", has_text="home").focus()
    lab.keyboard.press("Enter")
    expect(pane.locator(".ah-Crumb[aria-current]")).to_have_text("home")
    expect(pane.locator(".ah-Entry:focus")).to_have_count(1)
    lab.keyboard.press("Backspace")
    expect(pane.locator(".ah-Crumb")).to_have_count(1)
    expect(pane.locator(".ah-Entry:focus")).to_contain_text("home")  # whence they came


def test_a_folder_of_many_files_is_shown_page_by_page(lab: Page, tidy: None, home: Path) -> None:
    write_as_owner(home, {f"many/{number:04}.txt": b"" for number in range(MANY)})
    pane = open_home(lab, USER)
    pane.locator(".ah-Entry", has_text="many").dblclick()
    entries = pane.locator(".ah-Entry")
    expect(entries).to_have_count(PAGE)
    more = pane.get_by_role("button", name="Show more")
    expect(more).to_contain_text("1\u202f000 entries show")
    more.click()
    expect(entries).to_have_count(MANY)
    expect(more).to_have_count(0)
    expect(entries.last).to_contain_text(f"{MANY - 1:04}.txt")


def test_hidden_entries_show_when_somebody_wants_them(lab: Page, tidy: None, home: Path) -> None:
    write_as_owner(home, {"tools/.kept": b"", "tools/seen.txt": b""})
    pane = open_home(lab, USER)
    pane.locator(".ah-Entry", has_text="tools").dblclick()
    entries = pane.locator(".ah-Entry")
    expect(entries).to_have_count(1)
    expect(pane).to_contain_text("1 hidden entry.")
    pane.get_by_role("button", name="Show hidden entries").click()
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text(".kept")
    pane.get_by_role("button", name="Hide hidden entries").click()
    expect(entries).to_have_count(1)


def test_an_upload_that_is_given_up_leaves_nothing(
    lab: Page, tidy: None, home: Path, devtools: CDPSession, tmp_path: Path
) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(20_000_000))
    pane = open_home(lab, USER)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", slow)
    with lab.expect_file_chooser() as chooser:
        pane.get_by_role("button", name="Upload files").click()
    chooser.value.set_files(large)
    until(lambda: _arriving(home), "the first bytes arrive")
    pane.get_by_role("button", name="Cancel large.bin").click()
    expect(pane.get_by_role("progressbar")).to_have_count(0)
    devtools.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    until(lambda: not _arriving(home), "what arrived is taken away")
    assert not (home / "large.bin").exists()
    pane.get_by_role("button", name="Refresh").click()
    expect(pane.locator(".ah-Entry", has_text="large.bin")).to_have_count(0)
    expect(lab.get_by_role("alert")).to_have_count(0)


def test_files_and_folders_of_the_desktop_are_dropped_on_the_pane(
    lab: Page, tidy: None, home: Path, devtools: CDPSession, tmp_path: Path
) -> None:
    (tmp_path / "night" / "raw").mkdir(parents=True)
    for number in range(6):
        (tmp_path / "night" / "raw" / f"{number}.fits").write_text(str(number))
    (tmp_path / "log é.txt").write_text("clear sky")
    pane = open_home(lab, USER)
    _drop(devtools, pane.locator(".ah-Side-body"), tmp_path / "night", tmp_path / "log é.txt")
    expect(pane.locator(".ah-Entry.ah-mod-folder", has_text="night")).to_be_visible()
    expect(pane.locator(".ah-Entry", has_text="log é.txt")).to_be_visible()
    assert (home / "log é.txt").read_text() == "clear sky"
    sent = {f"{number}.fits": str(number) for number in range(6)}
    until(lambda: _texts(home / "night" / "raw") == sent, "the folder's files have arrived")


def test_a_dropped_file_that_is_there_already_is_asked_about(
    lab: Page, tidy: None, home: Path, devtools: CDPSession, tmp_path: Path
) -> None:
    write_as_owner(home, {"drop/a.txt": b""})
    (tmp_path / "a.txt").write_text("new")
    pane = open_home(lab, USER)
    pane.locator(".ah-Entry", has_text="drop").dblclick()
    expect(pane.locator(".ah-Entry")).to_have_count(1)
    _drop(devtools, pane.locator(".ah-Side-body"), tmp_path / "a.txt")
    question = lab.get_by_role("dialog")
    expect(question).to_contain_text("Replace a.txt?")
    question.get_by_role("button", name="Replace").click()
    expect(pane.locator(".ah-Entry-size")).to_have_text("3 B")
    assert (home / "drop" / "a.txt").read_text() == "new"
