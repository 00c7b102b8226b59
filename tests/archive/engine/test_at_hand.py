"""Rows at hand: the service answers as a worker would, and leaves to one what it cannot answer at once."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
import pytest_asyncio
from astrohub_archive.adql import understand
from astrohub_archive.engine import DamagedTable, Pool, at_hand
from astrohub_archive.engine import picked as picks
from astrohub_archive.engine.answer import Answer, Ready
from astrohub_archive.engine.at_hand import AtHand
from astrohub_archive.engine.picking import Picking
from astrohub_archive.engine.plan import Planner
from astrohub_archive.formats import FORMATS, find_format
from astrohub_archive.models import HatsTable, Outcome, Statement
from astrohub_archive.pages import PAGE_TABLE
from astrohub_archive.settings import Limits

from ...support.catalogs import FIRST_ID, SyntheticArchive, synthetic_archive
from .conftest import ACCOUNT, Asker, asking, small
from .test_picks import CONES, content_of, read


def _obstacle() -> str | None:
    """Return why nothing can be read at once here."""
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
        file.flush()
        try:
            os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)
        except BlockingIOError:
            return None
        except OSError as e:
            return f"files in {tempfile.gettempdir()} cannot say whether they are in memory: {e.strerror}"
    return None


pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(_obstacle() is not None, reason=str(_obstacle())),
]

ONE = f"SELECT * FROM sky.stars WHERE star_id = {FIRST_ID + 69}"
CONE = CONES.format(ra=10, dec=89.9, radius=0.1)


@pytest_asyncio.fixture(loop_scope="module")
async def fragile() -> AsyncIterator[Asker]:
    """A pool over data that the test may change."""
    with synthetic_archive(rows=5_000) as archive:
        async with asking(archive) as asker:
            yield asker


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> itertools.count[int]:
    """A clock that goes on by a second whenever somebody looks at it."""
    seconds = itertools.count()
    monkeypatch.setattr(at_hand, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    return seconds


def picked(statement: Statement) -> Picking:
    """Return where the rows of a statement are."""
    picking = Planner().picking(statement)
    assert picking is not None
    return picking


async def answered(
    hand: AtHand, statement: Statement, fmt: str = "arrow", maxrec: int = 10**9
) -> Ready | None:
    """Return what is answered at once, by who is rested; the table of pages is open."""
    picking = picked(statement)
    assert picking.folder is not None
    await hand.open(picking.folder)
    hand._rests_until_s = 0.0
    return hand.answer(statement, picking, find_format(fmt), maxrec)


def _remove(path: Path) -> None:
    path.parent.chmod(0o755)
    path.unlink()


async def whole(answer: Answer) -> bytes:
    """Return all bytes of an answer."""
    return b"".join([chunk async for chunk in answer.chunks()])


@pytest.mark.parametrize("query", [ONE, CONE, CONE.replace("*", "TOP 3 name, mag")])
async def test_it_answers_as_a_worker_does_in_every_format(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    statement = read(asker, query)
    monkeypatch.setattr(AtHand, "answer", lambda *_: None)
    by_worker = {fmt.name: await asker.answer(statement, fmt=fmt.name) for fmt in FORMATS if not fmt.is_kept}
    monkeypatch.undo()
    for name, (content, answer) in by_worker.items():
        ready = await answered(AtHand(), statement, name)
        assert ready is not None
        assert ready.complete == ready.outcome == answer.outcome
        assert ready.columns == answer.columns
        assert content_of(name, await whole(ready)) == content_of(name, content), name
        assert await whole(ready) == b""
    assert len(by_worker) > 5


async def test_what_is_cut_says_so(asker: Asker) -> None:
    statement = read(asker, CONE)
    ready = await answered(AtHand(), statement, maxrec=2)
    assert ready is not None
    assert ready.outcome == Outcome(2, overflow=True)


async def test_the_pool_answers_at_once_as_soon_as_the_pages_are_known(synthetic: SyntheticArchive) -> None:
    pool = Pool(small(quick_workers=2), synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    table = synthetic.catalog().table("sky", "stars")
    assert table is not None
    asker = Asker(pool, synthetic, table)
    statement = read(asker, ONE)
    try:
        first, answer = await asker.answer(statement)
        assert not isinstance(answer, Ready)
        await asyncio.gather(*pool._at_hand._opening.values())
        before = dict(pool.lanes[0].usage.answered.up_to())["+Inf"]
        content, answer = await asker.answer(statement)
        assert isinstance(answer, Ready)
        assert content == first
        assert dict(pool.lanes[0].usage.answered.up_to())["+Inf"] == before + 1
        pool._at_hand._rests_until_s = 0.0
        # Where a worker is at work already, there is more to do: another one answers.
        worker = await pool.lanes[0].borrow(60)
        content, answer = await asker.answer(statement)
        pool.lanes[0].give_back(worker, usable=True)
        assert not isinstance(answer, Ready)
        assert content == first
        in_a_job = await pool.run(
            statement, fmt=find_format("arrow"), maxrec=10**9, timeout_s=60, lane="quick"
        )
        assert not isinstance(in_a_job, Ready)
        assert await whole(in_a_job) == first
    finally:
        await pool.stop()


async def test_what_is_prepared_is_answered_at_once_from_the_first_query_on(
    synthetic: SyntheticArchive,
) -> None:
    catalog = synthetic.catalog()
    statement = understand(ONE, catalog, Limits())
    async with asking(synthetic) as asker:
        asker.pool.prepare(catalog.tables())
        first = asker.pool._preparing
        asker.pool.prepare(catalog.tables())
        second = asker.pool._preparing
        assert first is not None
        assert second is not None
        await asyncio.wait({first, second})
        assert first.cancelled()
        assert isinstance((await asker.answer(statement))[1], Ready)


async def test_it_rests_as_long_as_it_worked(asker: Asker, clock: itertools.count[int]) -> None:
    hand, statement = AtHand(), read(asker, ONE)
    # It begins at 0 and ends at 1: until 2 it rests.
    assert await answered(hand, statement) is not None
    assert hand._rests_until_s == 2
    hand._rests_until_s = 4
    arrow, picking = find_format("arrow"), picked(statement)
    asked = [hand.answer(statement, picking, arrow, 10) is not None for _ in range(3)]
    assert asked == [False, False, True]
    # What it declines takes its time as well.
    assert next(clock) == 6
    assert await answered(hand, read(asker, CONES.format(ra=10, dec=20, radius=20))) is None
    assert hand._rests_until_s == 9


@pytest.mark.parametrize("bound", ["_AT_ONCE_ROWS", "_AT_ONCE_BYTES", "_AT_ONCE_FOUND", "_AT_ONCE_CELLS"])
async def test_what_is_much_or_has_to_be_put_aside_is_left_to_a_worker(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    statement = read(asker, CONE)
    assert await answered(AtHand(), statement, "fits") is None
    assert await answered(AtHand(), statement, "ecsv") is None
    assert await answered(AtHand(), statement) is not None
    monkeypatch.setattr(picks, bound, 1)
    assert await answered(AtHand(), statement) is None


async def test_nobody_waits_for_a_disk(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> NoReturn:
        raise BlockingIOError

    hand, statement = AtHand(), read(asker, ONE)
    picking = picked(statement)
    assert picking.folder is not None
    await hand.open(picking.folder)
    monkeypatch.setattr(os, "preadv", away)
    assert hand.answer(statement, picking, find_format("arrow"), 10) is None
    monkeypatch.undo()
    hand._rests_until_s = 0.0
    assert hand.answer(statement, picking, find_format("arrow"), 10) is not None


async def test_a_kind_of_file_that_cannot_say_whether_it_is_in_memory_is_asked_once(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def unknown(*_: object) -> NoReturn:
        asked.append(True)
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    hand, statement = AtHand(), read(asker, ONE)
    picking = picked(statement)
    assert picking.folder is not None
    await hand.open(picking.folder)
    monkeypatch.setattr(os, "preadv", unknown)
    for _ in range(3):
        hand._rests_until_s = 0.0
        assert hand.answer(statement, picking, find_format("arrow"), 10) is None
    assert asked == [True]


async def test_a_fault_of_ours_is_left_to_a_worker_to_tell(
    asker: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> NoReturn:
        raise RuntimeError("it cannot be written")

    hand, statement = AtHand(), read(asker, ONE)
    picking = picked(statement)
    assert picking.folder is not None
    await hand.open(picking.folder)
    with caplog.at_level("INFO"):
        assert hand.answer(statement, picking, replace(find_format("csv"), encoder=broken), 10) is None
    assert [record.message for record in caplog.records] == ["not-at-hand"]


async def test_a_damaged_or_replaced_page_is_not_answered_and_a_worker_says_what_it_is(
    fragile: Asker,
) -> None:
    hand, statement = AtHand(), read(fragile, CONE)
    assert await answered(hand, statement) is not None
    assert isinstance(fragile.table.storage, HatsTable)
    for partition in fragile.table.storage.partitions:
        content = partition.path.read_bytes()
        partition.path.chmod(0o644)
        partition.path.write_bytes(content[:100] + b"\xff" * (len(content) - 200) + content[-100:])
    assert await answered(hand, statement) is None
    with pytest.raises(DamagedTable):
        await fragile.rows(statement)
    for partition in fragile.table.storage.partitions:
        partition.path.write_bytes(b"other")
    assert await answered(hand, statement) is None


async def test_tables_are_opened_by_few_at_once_and_not_kept_where_they_are_too_many(
    fragile: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, statement = AtHand(), read(fragile, ONE)
    picking = picked(statement)
    assert picking.folder is not None
    for _ in range(3):
        assert hand.answer(statement, picking, find_format("arrow"), 10) is None
    assert list(hand._opening) == [picking.folder]
    await asyncio.gather(*hand._opening.values())
    assert hand.answer(statement, picking, find_format("arrow"), 10) is not None
    monkeypatch.setattr(at_hand, "MOST_BYTES", 1)
    hand._tables["another"] = hand._tables[picking.folder]
    await hand.open(picking.folder)
    assert hand._tables[picking.folder].table is None
    hand.keep([picking.folder])
    assert list(hand._tables) == [picking.folder]


async def test_that_a_table_is_not_there_is_found_out_once(fragile: Asker) -> None:
    hand, statement = AtHand(), read(fragile, ONE)
    folder = picked(statement).folder
    assert folder is not None
    await asyncio.to_thread(_remove, Path(folder) / PAGE_TABLE)
    for _ in range(3):
        assert await answered(hand, statement) is None
    assert not hand._opening
    assert hand.answer(statement, picked(statement), find_format("arrow"), 10) is None
    assert not hand._opening
