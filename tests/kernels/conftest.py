"""An archive for each test, and an environment that names it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .fake_archive import FakeArchive


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArchive]:
    """An archive that answers with three stars."""
    for name in ("ASTROHUB_INTERNAL_URL", "ASTROHUB_TOKEN", "ASTROHUB_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    archive = FakeArchive()
    monkeypatch.setenv("ASTROHUB_URL", archive.url)
    yield archive
    archive.close()
