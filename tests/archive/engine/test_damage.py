"""A damaged file: a sentence about one table, and everything else goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from astrohub_archive.errors import EngineError
from astrohub_archive.models import HatsTable

from ...support.catalogs import SyntheticArchive, synthetic_archive
from .conftest import Asker, asking


@pytest_asyncio.fixture
async def asker() -> AsyncIterator[Asker]:
    """A pool over data that the test may damage."""
    with synthetic_archive(rows=5_000) as archive:
        async with asking(archive) as asker:
            yield asker


def damage(archive: SyntheticArchive, asker: Asker) -> None:
    """Overwrite the middle of a partition; its first and last bytes stay."""
    assert isinstance(asker.table.storage, HatsTable)
    path = asker.table.storage.partitions[0].path
    content = bytearray(path.read_bytes())
    content[100 : len(content) - 100] = b"\xff" * (len(content) - 200)
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(0o444)


async def test_a_damaged_file_is_told_by_the_name_of_its_table(asker: Asker) -> None:
    damage(asker.archive, asker)
    with pytest.raises(EngineError) as told:
        await asker.rows(asker.statement())
    assert isinstance(asker.table.storage, HatsTable)
    file = asker.table.storage.partitions[0].path.relative_to(asker.archive.public.resolve())
    assert told.value.message == (
        f"The file {file} of the table sky.stars is damaged or missing; "
        "the operators of this archive can restore it."
    )


async def test_other_tables_are_still_answered(asker: Asker) -> None:
    damage(asker.archive, asker)
    schemas = asker.archive.catalog().table("tap_schema", "schemas")
    assert schemas is not None
    with pytest.raises(EngineError):
        await asker.rows(asker.statement())
    other = Asker(asker.pool, asker.archive, schemas)
    rows = await other.rows(other.statement('SELECT "schema_name" FROM "scan_0" ORDER BY 1'))
    assert rows["schema_name"].to_pylist() == ["sky", "tap_schema"]


async def test_a_text_in_the_query_is_not_taken_for_a_file(asker: Asker, tmp_path: Path) -> None:
    damage(asker.archive, asker)
    other = tmp_path / "other.parquet"
    other.write_bytes(b"no Parquet")
    with pytest.raises(EngineError, match=r"^The file sky/stars/stars/dataset/Norder=.*parquet of the table"):
        await asker.rows(asker.statement(f"SELECT *, '{other}' AS path FROM \"scan_0\""))


async def test_a_missing_file_is_told_by_the_name_of_its_table(asker: Asker) -> None:
    assert isinstance(asker.table.storage, HatsTable)
    path = asker.table.storage.partitions[0].path
    path.parent.chmod(0o755)
    path.unlink()
    with pytest.raises(EngineError, match=r"sky\.stars is damaged or missing"):
        await asker.rows(asker.statement())
