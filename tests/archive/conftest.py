"""A hub that only knows tokens, and a real archive over the real sample catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from astrohub_archive.databases import open_database
from sqlalchemy import Engine

from ..support.clock import Clock
from ..support.fake_hub import FakeHub
from ..support.postgresql import PostgreSQL
from ..support.running_archive import RunningArchive, running_archive
from ..support.sample_data import make_sample_data

TOKEN = "4f1c7a6e0b9d4d2fa1e3c5b7d9f00112"
OTHER_TOKEN = "9a8b7c6d5e4f40312233445566778899"


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample catalogues as they are loaded at the first start."""
    public = tmp_path_factory.mktemp("data") / "public"
    make_sample_data(public)
    return public


@pytest.fixture(scope="session")
def hub() -> Iterator[FakeHub]:
    """A hub that knows the tokens of two users."""
    with FakeHub() as hub:
        hub.give(TOKEN, "researcher")
        hub.give(OTHER_TOKEN, "collaborator")
        yield hub


@pytest.fixture(scope="session")
def archive(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """The archive that tests share; what would disturb others takes one of its own."""
    folder = tmp_path_factory.mktemp("archive")
    with running_archive(folder, sample_data, hub.api_url) as archive:
        yield archive


@pytest.fixture(scope="session")
def token() -> str:
    """The token of `researcher`."""
    return TOKEN


@pytest.fixture(scope="session")
def other_token() -> str:
    """The token of `collaborator`."""
    return OTHER_TOKEN


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The archive's own database, empty: of each of the two kinds that a site can have."""
    url = None
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.url(server.new_database())
    engine = open_database(url, tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until the test sets it."""
    return Clock()
