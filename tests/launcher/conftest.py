"""A small clone for each test, and what a test needs to become another account."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ..support.door import as_ordinary_user
from ..support.small_clone import SmallClone, small_clone


@pytest.fixture
def clone() -> Iterator[SmallClone]:
    """Return a clone over stand-ins."""
    with small_clone() as made:
        yield made


@pytest.fixture
def ordinary_user() -> tuple[str, ...]:
    """Return the words that run a command as an account without rights."""
    if os.getuid() != 0:
        pytest.skip("only root can become another account; run the tests as root to see this one")
    return as_ordinary_user()
