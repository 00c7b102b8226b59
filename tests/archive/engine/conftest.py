"""A pool over a small synthetic sky, and the ways in which tests ask it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pyarrow as pa
import pytest
import pytest_asyncio
from astrohub_archive import settings
from astrohub_archive.engine import Answer, Pool
from astrohub_archive.formats import find_format
from astrohub_archive.models import IdentifierFilter, Outcome, Region, ResultColumn, Scan, Statement, Table

from ...support.catalogs import SyntheticArchive, synthetic_archive

# As root the workers must be somebody else, or permissions would not hold them.
ACCOUNT = (61080, 61080) if os.geteuid() == 0 else None


@dataclass
class Asker:
    """Asks a pool for rows of `sky.stars`."""

    pool: Pool
    archive: SyntheticArchive
    table: Table

    def statement(
        self,
        select: str = 'SELECT * FROM "scan_0"',
        *,
        region: Region | None = None,
        identifiers: IdentifierFilter | None = None,
        columns: tuple[str, ...] | None = None,
    ) -> Statement:
        """Return a statement with one scan of the stars."""
        names = columns if columns is not None else tuple(column.name for column in self.table.columns)
        scan = Scan("scan_0", self.table, names, region, identifiers)
        known = tuple(ResultColumn(name) for name in names) if "*" in select and "(" not in select else ()
        return Statement(select, (scan,), known)

    async def answer(
        self, statement: Statement, *, fmt: str = "arrow", maxrec: int = 10**9, timeout_s: float = 60
    ) -> tuple[bytes, Answer]:
        """Return the whole answer."""
        answer = await self.pool.run(statement, fmt=find_format(fmt), maxrec=maxrec, timeout_s=timeout_s)
        return b"".join([chunk async for chunk in answer.chunks()]), answer

    async def rows(self, statement: Statement, *, maxrec: int = 10**9, timeout_s: float = 60) -> pa.Table:
        """Return the rows of the answer."""
        content, _ = await self.answer(statement, maxrec=maxrec, timeout_s=timeout_s)
        return pa.ipc.open_stream(content).read_all()

    async def outcome(self, statement: Statement, *, maxrec: int = 10**9) -> Outcome | None:
        """Return how the answer ended."""
        _, answer = await self.answer(statement, maxrec=maxrec)
        return answer.outcome


def raw(sql: str) -> Statement:
    """Return a statement that no front end has looked at."""
    return Statement(sql, (), ())


@pytest.fixture(scope="module")
def synthetic() -> Iterator[SyntheticArchive]:
    """The synthetic archive that the tests of a module share."""
    with synthetic_archive() as archive:
        yield archive


def small(**values: object) -> settings.Engine:
    """Return settings for a small pool; `values` overrule."""
    defaults: dict[str, object] = {
        "quick_workers": 1,
        "long_workers": 1,
        "memory_limit_mb": 1024,
        "threads": 2,
    }
    return settings.Engine.model_validate({**defaults, **values})


@asynccontextmanager
async def asking(archive: SyntheticArchive) -> AsyncIterator[Asker]:
    """Run a pool over an archive until the block ends."""
    pool = Pool(small(), archive.public, archive.work, account=ACCOUNT)
    await pool.start()
    table = archive.catalog().table("sky", "stars")
    assert table is not None
    yield Asker(pool, archive, table)
    await pool.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asker(synthetic: SyntheticArchive) -> AsyncIterator[Asker]:
    """A pool that the tests of a module share."""
    async with asking(synthetic) as shared:
        yield shared
