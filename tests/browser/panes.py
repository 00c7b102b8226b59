"""The panes of the left side bar as somebody with a mouse opens them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

__all__ = ["open_home", "open_pane", "open_space"]


def open_pane(lab: Page, name: str) -> Locator:
    """Bring a pane of the left side bar to the front."""
    pane = lab.get_by_role("region", name=name, exact=True)
    if not pane.is_visible():
        lab.locator(f".jp-SideBar .lm-TabBar-tab[title^='{name}']").click()
    expect(pane).to_be_visible()
    search = pane.get_by_role("searchbox")
    if search.count() and search.input_value():  # what an earlier test looked for
        search.fill("")
        expect(pane.locator("mark")).to_have_count(0)  # else it would be looked for anew amid this test
    return pane


def open_space(lab: Page) -> Locator:
    """Bring the VOSpace pane to the front, at the root, wherever an earlier test has left it."""
    pane = open_pane(lab, "VOSpace")
    body = pane.locator(".ah-Side-body")
    expect(body).to_have_attribute("aria-busy", "false")  # else the first reading would end amid what follows
    pane.locator(".ah-Crumb").first.click()
    expect(body).to_have_attribute("aria-busy", "false")
    expect(pane.locator(".ah-Entry", has_text="public")).to_be_visible()
    return pane


def open_home(lab: Page, user: str) -> Locator:
    """Bring the VOSpace pane to the front, at a user's home."""
    pane = open_space(lab)
    pane.locator(".ah-Entry", has_text="home").dblclick()
    pane.locator(".ah-Entry", has_text=user).dblclick()
    expect(pane.get_by_role("button", name="New folder")).to_be_enabled()
    expect(pane.locator(".ah-Side-body")).to_have_attribute("aria-busy", "false")
    return pane
