"""Texts are understood in processes of their own: what comes back is whole, and no text harms another."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest
from astrohub_archive.adql import understand
from astrohub_archive.catalog import Catalog
from astrohub_archive.errors import BusyError, QueryError, UnknownTable
from astrohub_archive.interpreters.pool import Interpreters
from astrohub_archive.models import Scan, Schema, Statement, Table
from astrohub_archive.settings import Limits

from ..adql.conftest import GAIA, HIPPARCOS, ODDITIES

CATALOG = Catalog(
    [Schema("gaia_dr3_g10", (GAIA,)), Schema("hipparcos", (HIPPARCOS,)), Schema("odd", (ODDITIES,))]
)
OWN = Schema("mydb", (Table("mydb", "mine", HIPPARCOS.columns, ODDITIES.storage),))
QUICK = "SELECT TOP 5 ra FROM gaia_dr3_g10.gaia_source"
# More than a second of processor time, within all other limits.
SLOW = "SELECT ra FROM gaia_source WHERE " + " OR ".join(f"ra = {number}" for number in range(9_000))
# A tenth of a second, and short enough for every interpreter.
LONG = SLOW[: SLOW.index(" OR ra = 500")]
TEXTS = [
    QUICK,
    "SELECT * FROM gaia_source WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(10.5, -20.25, 0.1))",
    "SELECT ra FROM gaia_source WHERE source_id = 5 AND pmra BETWEEN -1.5 AND 7 AND pmdec IS NOT NULL",
    "SELECT source_id AS id FROM gaia_source WHERE source_id IN (9007199254740993, 4472832130942575872)",
    'SELECT "with space", size + 1 FROM odd."Mixed Case"',
    "SELECT g.*, h.name FROM gaia_source AS g JOIN hip2 AS h ON source_id = hip WHERE h.name = '\U0001f52d'",
    "SELECT hip FROM mydb.mine UNION SELECT hip FROM hipparcos.hip2",
    "SELECT h.ra FROM hip2 AS h JOIN mydb.mine AS m ON h.hip = m.hip",
    "SELECT g.ra FROM gaia_source AS g JOIN mydb.mine AS m ON DISTANCE(g.ra, g.dec, m.ra, m.dec) < 0.01",
]


@asynccontextmanager
async def interpreters(understand_s: float = 5) -> AsyncIterator[Interpreters]:
    """Run interpreters until the block ends."""
    made = Interpreters(CATALOG, Limits(understand_s=understand_s))
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def children() -> Iterator[int]:
    """Yield the processes of the interpreters that this process has started."""
    for folder in Path("/proc").iterdir():
        try:
            if b"interpreters.program" in (folder / "cmdline").read_bytes():
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(status[1]) == os.getpid() and status[0] != "Z":
                    yield int(folder.name)
        except (OSError, IndexError):
            continue


async def test_a_statement_comes_back_as_it_is_understood_in_place() -> None:
    everything = CATALOG.with_schema(OWN, qualified_only=True)
    statements = {text: understand(text, everything, Limits()) for text in TEXTS}
    async with interpreters() as pool:
        for text, statement in statements.items():
            assert await pool.understand(text, (OWN,)) == statement, text
    # Whatever is known of a query and of a scan is known of one of these.
    scans = [scan for statement in statements.values() for scan in statement.scans]
    assert all(any(getattr(one, field.name) for one in scans) for field in fields(Scan))
    assert all(any(getattr(one, field.name) for one in statements.values()) for field in fields(Statement))


async def test_a_refusal_comes_back_with_its_place_and_what_may_have_been_meant() -> None:
    async with interpreters() as pool:
        for text, kind in (
            ("SELECT ra, parralax FROM hip2", QueryError),
            ("SELECT ra FROM gaia_dr3_g10.gaia_sauce", UnknownTable),
            ("SELECT ra FROM mydb.mine", UnknownTable),
            ("SELECT '\ud800' FROM hip2", QueryError),
        ):
            with pytest.raises(QueryError) as here:
                understand(text, CATALOG, Limits())
            with pytest.raises(QueryError) as there:
                await pool.understand(text)
            assert type(there.value) is type(here.value) is kind
            assert vars(there.value) == vars(here.value)


async def test_texts_that_take_too_long_are_stopped_while_others_are_answered() -> None:
    async with interpreters(understand_s=0.3) as pool:
        slow = [asyncio.create_task(pool.understand(SLOW)) for _ in range(3)]
        for _ in range(5):
            await pool.understand(QUICK)
        # However many of them there are, they leave one interpreter to short texts.
        assert not all(task.done() for task in slow)
        for failure in await asyncio.gather(*slow, return_exceptions=True):
            assert isinstance(failure, QueryError)
            assert str(failure) == (
                "Understanding this query takes longer than the 0.3 s that are allowed; "
                "make it shorter, or split it."
            )
        assert (await pool.understand(QUICK)).top == 5


async def test_interpreters_that_were_killed_are_replaced_before_anybody_notices() -> None:
    async with interpreters() as pool:
        await asyncio.gather(*(pool.understand(QUICK) for _ in range(4)))
        for pid in list(children()):
            os.kill(pid, signal.SIGKILL)
        answers = await asyncio.gather(*(pool.understand(QUICK) for _ in range(4)), return_exceptions=True)
        assert [getattr(answer, "top", answer) for answer in answers] == [5] * 4


async def test_an_interpreter_that_hangs_is_ended_and_replaced() -> None:
    async with interpreters(understand_s=0.1) as pool:
        await pool.understand(QUICK)
        stopped = set(children())
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        with pytest.raises(BusyError, match="too busy to read this query"):
            await pool.understand(QUICK)
        answers = [await asyncio.gather(pool.understand(QUICK), return_exceptions=True) for _ in stopped]
        assert [getattr(answer, "top", answer) for answer in answers[-1]] == [5]
        assert stopped - set(children())


async def test_a_caller_who_goes_away_does_not_leave_an_answer_to_the_next() -> None:
    async with interpreters() as pool:
        await pool.understand(QUICK)
        asked = [asyncio.create_task(pool.understand(LONG)) for _ in range(2)]
        await asyncio.wait(asked, timeout=0.02)  # both are being read, or have been
        for task in asked:
            task.cancel()
        assert (await pool.understand("SELECT TOP 7 hip FROM hip2")).top == 7


async def test_nothing_is_left_of_interpreters_that_were_stopped() -> None:
    async with interpreters() as pool:
        await pool.understand(QUICK)
        assert list(children())
    assert not list(children())
