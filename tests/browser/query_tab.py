"""The Query tab as somebody at the keyboard uses it."""

from __future__ import annotations

from playwright.sync_api import Page

__all__ = ["column_names", "copy_all", "open_query_tab", "run_query", "write_query"]


def open_query_tab(lab: Page) -> None:
    """Open a new Query tab from the launcher."""
    lab.click(".jp-LauncherCard:has-text('Query')")
    lab.wait_for_selector(".ah-Query .ah-Welcome")


def write_query(lab: Page, text: str) -> None:
    """Put a text in place of what the editor holds."""
    lab.click(".ah-Editor .cm-content")
    lab.keyboard.press("Control+a")
    lab.keyboard.insert_text(text)


def run_query(lab: Page, text: str) -> None:
    """Write a query and run it by the keyboard; return when it is over."""
    write_query(lab, text)
    lab.keyboard.press("Control+Enter")
    lab.wait_for_selector(".ah-Result[aria-busy=false] :is(.ah-Grid, .ah-Alert, .ah-Notice-title)")


def column_names(lab: Page) -> list[str]:
    """Return the names of the columns that show."""
    return lab.locator(".ah-Grid-name:visible").all_inner_texts()


def copy_all(lab: Page) -> list[list[str]]:
    """Select all cells, copy them and return what the clipboard holds."""
    lab.click(".ah-Grid-cell >> nth=0")
    lab.keyboard.press("Control+a")
    lab.keyboard.press("Control+c")
    text: str = lab.evaluate("navigator.clipboard.readText()")
    return [line.split("\t") for line in text.split("\n")]
