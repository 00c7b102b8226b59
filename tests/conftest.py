"""Fixtures for all areas of tests."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from .support.last_words import last_words
from .support.platform import RunningPlatform, running_platform
from .support.postgresql import PostgreSQL, obstacle, running_postgresql


def pytest_configure() -> None:
    """Let made-up examples be the same each time, and take as long as a busy machine needs for them."""
    settings.register_profile(
        "certain", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("certain")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show, below a failure, what the programs behind the test have written last."""
    report = yield
    if report.failed:
        report.sections.extend(last_words(item))
    return report


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
