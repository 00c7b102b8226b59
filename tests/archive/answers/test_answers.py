"""A thousand generated queries: the archive's rows are those of PostgreSQL with q3c, and of numpy."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
import pytest_asyncio
from astrohub_archive.catalog import load_catalog
from astrohub_archive.catalog.tap_schema import publish as publish_tap_schema
from astrohub_archive.data.readonly import remove
from astrohub_archive.engine import Pool

from ...support.catalogs import open_folder
from ...support.postgresql import PostgreSQL, obstacle
from ..engine.conftest import ACCOUNT, small
from . import tables
from .evaluators import Archive, Evaluator, Failure, compared
from .grammar import generate
from .named import QUERIES
from .shrinking import smallest
from .trees import Query
from .writers import Adql
from .writers import PostgreSQL as Postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = os.environ.get("ASTROHUB_ANSWERS_SEED", "1")
"""Which queries are asked. Another one asks others."""
COUNT = int(os.environ.get("ASTROHUB_ANSWERS_COUNT", "1000"))
_SHOWN = 12
_REPORTED = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive() -> AsyncIterator[Archive]:
    """The archive's engine over the small tables."""
    with open_folder() as folder:
        public, work = folder / "public", folder / "work"
        public.mkdir()
        work.mkdir()
        tables.publish(public)
        catalog = publish_tap_schema(load_catalog(public), work)
        pool = Pool(small(threads=1), public, work, account=ACCOUNT)
        await pool.start()
        yield Archive(pool, catalog)
        await pool.stop()
        remove(public)


@pytest.fixture(scope="module")
def evaluator(postgresql: PostgreSQL) -> Iterator[Evaluator]:
    """PostgreSQL over the same tables."""
    if (why := obstacle(with_q3c=True)) is not None:
        pytest.skip(why)
    with closing(postgresql.connect(postgresql.new_database(with_q3c=True))) as connection:
        tables.fill_postgresql(connection)
        yield Evaluator(connection)


async def _report(query: Query, archive: Archive, evaluator: Evaluator) -> str:
    """Return the smallest query that shows the same, with both answers."""

    async def differs(one: Query) -> bool:
        return (await compared(one, archive, evaluator))[0] is not None

    query = await smallest(query, differs)
    what, found, expected = await compared(query, archive, evaluator)
    shown = (rows if isinstance(rows, Failure) else rows[:_SHOWN] for rows in (found, expected))
    lines = (what, Adql().query(query), *map(str, shown), Postgres().query(query))
    return "\n  ".join(map(str, lines))


async def test_generated_queries_have_the_answers_of_an_independent_evaluator(
    archive: Archive, evaluator: Evaluator
) -> None:
    reports: list[str] = []
    with_rows = failed = 0
    for number in range(COUNT):
        query = generate(f"{SEED}-{number}")
        what, found, _ = await compared(query, archive, evaluator)
        with_rows += isinstance(found, list) and bool(found)
        failed += isinstance(found, Failure)
        if what is not None:
            reports.append(f"{number}: {await _report(query, archive, evaluator)}")
        if len(reports) >= _REPORTED:
            break
    assert not reports, "\n\n".join(reports)
    # The grammar is of no use when it makes queries that nobody answers, or whose answers are empty.
    assert failed <= COUNT / 50
    assert with_rows >= COUNT / 2


async def test_a_subquery_that_names_a_column_with_many_values_in_a_group_is_refused(
    archive: Archive,
) -> None:
    text = "SELECT (SELECT MIN(o.ra) FROM obs AS o WHERE t.k = o.hip) AS m, COUNT(*) AS n FROM odd AS t"
    found = await archive.answer(text)
    assert isinstance(found, Failure)
    assert found.said.startswith("QueryError: k has many values in a group")


@pytest.mark.parametrize("name", QUERIES)
async def test_what_was_once_answered_wrongly_is_answered_rightly(name: str, archive: Archive) -> None:
    text, expected = QUERIES[name]
    found = await archive.answer(text)
    assert isinstance(found, list), found
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
