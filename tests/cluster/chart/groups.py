"""Somebody in a group of the hub, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .site import Site

__all__ = ["ADMINISTRATOR", "in_group"]

#: Who makes groups; an account of the site.
ADMINISTRATOR = "administrator"


@contextmanager
def in_group(site: Site, name: str, group: str) -> Iterator[None]:
    """Put somebody into a new group, which is gone afterwards."""
    browser = site.browser(ADMINISTRATOR)
    address = f"{browser.url}/hub/api/groups/{group}"
    made = browser.http.post(address, headers=browser._headers, timeout=60)
    assert made.ok, made.text
    added = browser.http.post(
        f"{address}/users", json={"users": [name]}, headers=browser._headers, timeout=60
    )
    assert added.ok, added.text
    try:
        yield
    finally:
        browser.http.delete(address, headers=browser._headers, timeout=60)
