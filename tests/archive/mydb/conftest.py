"""Two users' tables at the archive that tests share, emptied after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ...support.running_archive import RunningArchive
from .own_tables import OwnTables


def _emptied(tables: OwnTables) -> Iterator[OwnTables]:
    yield tables
    for name in tables.names():
        tables.ask("DELETE", f"/{name}")


@pytest.fixture
def mine(archive: RunningArchive, token: str) -> Iterator[OwnTables]:
    """The tables of `researcher`."""
    yield from _emptied(OwnTables(archive, token))


@pytest.fixture
def theirs(archive: RunningArchive, other_token: str) -> Iterator[OwnTables]:
    """The tables of `collaborator`."""
    yield from _emptied(OwnTables(archive, other_token))
