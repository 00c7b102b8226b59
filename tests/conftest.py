"""Fixtures for all areas of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .support.platform import RunningPlatform, running_platform
from .support.postgresql import PostgreSQL, obstacle, running_postgresql


@pytest.fixture(scope="session")
def platform() -> Iterator[RunningPlatform]:
    """Return a real platform, with sample data, shared by all tests of a run."""
    with running_platform() as started:
        yield started


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Return a real PostgreSQL, shared by all tests of a run; each takes a database of its own."""
    if reason := obstacle():
        pytest.skip(reason)
    with running_postgresql() as server:
        yield server
