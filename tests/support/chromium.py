"""A real browser: Debian's Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

__all__ = ["running_chromium"]

_PROGRAM = "/usr/bin/chromium"
_ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start one and close it again; skip the test where there is none."""
    if not Path(_PROGRAM).exists():
        pytest.skip(f"there is no browser at {_PROGRAM}: install the Debian package chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=_PROGRAM, args=list(_ARGUMENTS))
        try:
            yield launched
        finally:
            launched.close()
