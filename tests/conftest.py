"""Fixtures for all areas of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .support.platform import RunningPlatform, running_platform


@pytest.fixture(scope="session")
def platform() -> Iterator[RunningPlatform]:
    """Return a real platform, with sample data, shared by all tests of a run."""
    with running_platform() as started:
        yield started
