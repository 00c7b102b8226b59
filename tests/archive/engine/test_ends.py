"""How queries end that do not end well: cancelled, killed, out of time, of memory or of workers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from astrohub_archive import settings
from astrohub_archive.engine import Pool
from astrohub_archive.engine.frames import Kind
from astrohub_archive.engine.lock import Lock
from astrohub_archive.engine.runner import Runner
from astrohub_archive.errors import BusyError, EngineError, QueryTimeout
from astrohub_archive.formats import find_format
from astrohub_archive.models import Outcome

from ...support.catalogs import SyntheticArchive
from .conftest import ACCOUNT, Asker, raw, small

ARROW = find_format("arrow")
NOT_TO_BE_INTERRUPTED = raw("SELECT list_sum(range(100000000)) AS s")
ENDLESS = raw("SELECT sum(a.x * b.x) AS s FROM range(10000000) a(x), range(10000000) b(x)")
STREAM = raw("SELECT x, x + 1 AS y FROM range(100000000000) t(x)")
ONE = raw("SELECT 1 AS one")


@pytest_asyncio.fixture
async def asker(synthetic: SyntheticArchive) -> AsyncIterator[Asker]:
    """A pool for one test, with one worker in each lane, which is given time to be interrupted."""
    async with one_pool(synthetic, small(memory_limit_mb=4096, interrupt_grace_s=60)) as asker:
        yield asker


@pytest_asyncio.fixture
async def hasty_asker(synthetic: SyntheticArchive) -> AsyncIterator[Asker]:
    """A pool for one test that soon kills a worker which does not let itself be interrupted."""
    async with one_pool(synthetic, small(memory_limit_mb=4096)) as asker:
        yield asker


@contextlib.asynccontextmanager
async def one_pool(synthetic: SyntheticArchive, engine: settings.Engine) -> AsyncIterator[Asker]:
    """Run a pool until the block ends."""
    pool = Pool(engine, synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    table = synthetic.catalog().table("sky", "stars")
    assert table is not None
    yield Asker(pool, synthetic, table)
    await pool.stop()


def workers() -> list[psutil.Process]:
    """Return the worker processes of this test, busiest last."""
    found: list[tuple[float, psutil.Process]] = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if "astrohub_archive.engine.worker" in child.cmdline():
                found.append((sum(child.cpu_times()[:2]), child))
    return [child for _, child in sorted(found, key=lambda item: item[0])]


def busy_seconds() -> dict[int, float]:
    """Return how long each worker has been busy."""
    return {worker.pid: sum(worker.cpu_times()[:2]) for worker in workers()}


def session_niceness(pid: int) -> int | None:
    """Return by how much a session stands back, where Linux shares the processor by sessions (sched(7))."""
    try:
        words = Path(f"/proc/{pid}/autogroup").read_text(encoding="ascii").split()
    except OSError:
        return None
    # Nothing is said of a process that is of no session's group, as one that the machine itself started.
    return int(words[-1]) if words else None


def sessions_can_stand_back() -> bool:
    """Say whether Linux lets a session of this machine stand back, by trying it with one."""
    program = "p='/proc/self/autogroup'; f=open(p,'w'); f.write('3'); f.close(); print(open(p).read())"
    command = [sys.executable, "-c", program]
    tried = subprocess.run(command, start_new_session=True, capture_output=True, text=True, check=False)
    return tried.stdout.split()[-2:] == ["nice", "3"]


def has_ended(process: psutil.Process) -> bool:
    """Say whether a child has ended with all its threads, be it that nobody has asked yet how."""
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


async def until(condition: Callable[[], bool]) -> None:
    """Return when something has become true of processes that tell nobody."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def running(seconds: float = 0.3) -> int:
    """Return the process id of a worker when it has been busy for a while."""
    before = busy_seconds()
    while True:
        for pid, used in busy_seconds().items():
            if used > before.get(pid, 0) + seconds:
                return pid
        await asyncio.sleep(0.02)


async def test_workers_for_long_queries_leave_the_processor_to_those_for_quick_ones(asker: Asker) -> None:
    niceness = {worker.pid: worker.nice() - os.nice(0) for worker in workers()}
    assert asker.pool.healthy().available
    assert 0 in niceness.values()
    assert max(niceness.values()) > 0
    if not sessions_can_stand_back():
        pytest.skip("this machine does not share the processor by sessions, or lets nobody say how")
    assert {pid: session_niceness(pid) for pid in niceness} == niceness


async def test_an_expression_that_cannot_be_interrupted_is_killed_and_the_next_query_answered(
    hasty_asker: Asker,
) -> None:
    task = asyncio.create_task(hasty_asker.answer(NOT_TO_BE_INTERRUPTED))
    await running()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await hasty_asker.rows(ONE)).to_pylist() == [{"one": 1}]
    assert hasty_asker.pool.healthy().available


async def test_a_cancelled_query_keeps_its_worker_when_it_can_be_interrupted(asker: Asker) -> None:
    before = {worker.pid for worker in workers()}
    task = asyncio.create_task(asker.answer(ENDLESS))
    await running()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await asker.rows(ONE)).num_rows == 1
    assert {worker.pid for worker in workers()} == before


def test_a_query_that_is_cancelled_before_it_has_begun_is_not_run(tmp_path: Path) -> None:
    sent: list[tuple[Kind, Any]] = []
    lock = Lock(memory_mb=256, threads=1, temp_directory=str(tmp_path), spill_mb=0, readable=())
    runner = Runner(lock, lambda kind, content: sent.append((kind, content)))
    request = {
        "sql": ENDLESS.sql,
        "tables": {},
        "columns": "[]",
        "format": "json",
        "maxrec": 1,
        "memory_mb": 256,
    }
    # It comes by a way of its own, which may be the shorter one.
    runner.cancel({"query": 7})
    assert runner.run({**request, "query": 7, "sql": ENDLESS.sql})
    assert [(kind, content["message"]) for kind, content in sent] == [(Kind.FAIL, "The query was cancelled.")]
    sent.clear()
    assert runner.run({**request, "query": 8, "sql": "SELECT 1 AS one"})
    assert sent[-1][0] is Kind.END


async def test_a_reader_who_goes_away_frees_the_worker(asker: Asker) -> None:
    before = {worker.pid for worker in workers()}
    answer = await asker.pool.run(STREAM, fmt=ARROW, maxrec=10**12, timeout_s=250)
    chunks = answer.chunks()
    for _ in range(5):
        await anext(chunks)
    await chunks.aclose()  # type: ignore[attr-defined]
    assert (await asker.rows(ONE)).num_rows == 1
    assert {worker.pid for worker in workers()} == before


async def test_a_reader_cancelled_while_waiting_for_bytes_frees_the_worker(asker: Asker) -> None:
    answer = await asker.pool.run(STREAM, fmt=ARROW, maxrec=10**12, timeout_s=250)

    async def read_all() -> None:
        async for _ in answer.chunks():
            await asyncio.sleep(0)

    task = asyncio.create_task(read_all())
    await running()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await answer.cancel()
    await answer.cancel()
    assert (await asker.rows(ONE)).num_rows == 1


async def test_an_answer_that_nobody_reads_gives_its_worker_back_in_the_end(hasty_asker: Asker) -> None:
    await hasty_asker.pool.run(STREAM, fmt=ARROW, maxrec=10**12, timeout_s=2)
    assert (await hasty_asker.rows(ONE)).num_rows == 1


async def test_a_worker_waits_while_nobody_reads(asker: Asker) -> None:
    answer = await asker.pool.run(STREAM, fmt=ARROW, maxrec=10**12, timeout_s=250)
    # At first it may still fill what lies between the two; then a second comes in which it does nothing.
    async with asyncio.timeout(50):
        while True:
            used = sum(busy_seconds().values())
            await asyncio.sleep(1)
            if sum(busy_seconds().values()) - used < 0.05:
                break
    held = sum(worker.memory_info().rss for worker in workers())
    await asyncio.sleep(1)
    assert sum(worker.memory_info().rss for worker in workers()) - held < 20e6
    await answer.cancel()


async def test_a_killed_worker_fails_one_query_and_is_replaced(asker: Asker) -> None:
    task = asyncio.create_task(asker.answer(ENDLESS))
    victim = await running()
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(EngineError, match="was lost; it has been replaced"):
        await task
    assert (await asker.rows(ONE)).num_rows == 1
    assert victim not in {worker.pid for worker in workers()}


async def test_a_worker_killed_while_streaming_breaks_the_answer_off(asker: Asker) -> None:
    answer = await asker.pool.run(STREAM, fmt=ARROW, maxrec=10**12, timeout_s=250)
    chunks = answer.chunks()
    before = busy_seconds()
    for _ in range(200):
        await anext(chunks)
    after = busy_seconds()
    os.kill(max(after, key=lambda pid: after[pid] - before[pid]), signal.SIGKILL)
    with pytest.raises(EngineError, match="was lost"):
        async for _ in chunks:
            pass
    assert answer.outcome is None
    assert (await asker.rows(ONE)).num_rows == 1


async def test_a_worker_killed_while_idle_is_replaced_unnoticed(asker: Asker) -> None:
    victims = workers()
    for worker in victims:
        worker.kill()
    await until(lambda: all(has_ended(worker) for worker in victims))
    assert (await asker.rows(ONE)).num_rows == 1


async def test_a_query_out_of_time_says_its_limit_and_the_way_on(asker: Asker) -> None:
    with pytest.raises(QueryTimeout, match=r"longer than the 0\.5 s .* asynchronous job"):
        await asker.rows(ENDLESS, timeout_s=0.5)


async def test_a_stream_out_of_time_says_so_at_its_end(asker: Asker) -> None:
    content, answer = await asker.answer(STREAM, fmt="votable", maxrec=10**12, timeout_s=2)
    assert b'value="ERROR">The query ran longer than the 2 s' in content[-300:]
    assert answer.outcome is not None
    assert answer.outcome.message is not None


async def test_a_query_that_needs_too_much_memory_says_how_much_there_is(synthetic: SyntheticArchive) -> None:
    pool = Pool(
        small(memory_limit_mb=256, spill_limit_mb=1), synthetic.public, synthetic.work, account=ACCOUNT
    )
    await pool.start()
    greedy = raw("SELECT sum(len(l)) FROM (SELECT list(x) AS l FROM range(100000000) t(x) GROUP BY x % 3)")
    with pytest.raises(EngineError, match="more than the 256 MB of memory"):
        await pool.run(greedy, fmt=ARROW, maxrec=10, timeout_s=250)
    answer = await pool.run(ONE, fmt=ARROW, maxrec=10, timeout_s=30)
    assert answer.complete == Outcome(1)
    await pool.stop()


async def test_a_worker_that_outgrows_the_engines_own_limit_is_killed(synthetic: SyntheticArchive) -> None:
    pool = Pool(small(memory_limit_mb=256), synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    unseen = raw("SELECT sum(length(repeat('x', 1000000000 + x::INT))) FROM range(2) t(x)")
    with pytest.raises(EngineError, match="more than the 256 MB of memory"):
        await pool.run(unseen, fmt=ARROW, maxrec=10, timeout_s=250)
    assert (await pool.run(ONE, fmt=ARROW, maxrec=10, timeout_s=30)).complete == Outcome(1)
    await pool.stop()


async def test_a_full_queue_refuses_at_once_and_says_when_to_come_again(synthetic: SyntheticArchive) -> None:
    pool = Pool(small(queue_length=1), synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    first = asyncio.create_task(pool.run(ENDLESS, fmt=ARROW, maxrec=1, timeout_s=250))
    second = asyncio.create_task(pool.run(ONE, fmt=ARROW, maxrec=1, timeout_s=250))
    await until(lambda: "1 queries run and 1 wait" in pool.healthy().note)
    with pytest.raises(BusyError, match="as many as are allowed") as refusal:
        await pool.run(ONE, fmt=ARROW, maxrec=1, timeout_s=250)
    assert refusal.value.retry_after_s > 0
    first.cancel()
    assert (await second).complete == Outcome(1)
    await pool.stop()


async def test_what_reads_much_does_not_stand_in_the_way_of_what_reads_little(
    synthetic: SyntheticArchive,
) -> None:
    pool = Pool(small(quick_bytes=0), synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    table = synthetic.catalog().table("sky", "stars")
    assert table is not None
    asker = Asker(pool, synthetic, table)
    long = asker.statement(
        "SELECT sum(a.x * b.x) FROM range(10000000) a(x), range(10000000) b(x) "
        'WHERE (SELECT count(*) FROM "scan_0") > 0'
    )
    task = asyncio.create_task(pool.run(long, fmt=ARROW, maxrec=1, timeout_s=250))
    await running()
    assert (await asker.rows(ONE)).num_rows == 1
    task.cancel()
    await pool.stop()


async def test_workers_end_with_the_pool(synthetic: SyntheticArchive) -> None:
    pool = Pool(small(), synthetic.public, synthetic.work, account=ACCOUNT)
    await pool.start()
    children = workers()
    assert len(children) >= 2
    await pool.stop()
    assert not psutil.wait_procs(children, timeout=60)[1]
    assert not pool.healthy().available


async def test_an_estimate_does_without_the_rows_while_every_worker_is_busy(asker: Asker) -> None:
    statement = asker.statement()
    rows = (await asker.pool.explain(statement, timeout_s=30)).rows
    stream = await asker.pool.run(STREAM, fmt=ARROW, maxrec=10**12, timeout_s=60, lane="quick")
    busy = await asker.pool.explain(statement, timeout_s=0.1)
    assert (busy.rows, busy.lane) == (None, "quick")
    assert busy.files == busy.files_in_all > 0
    await stream.cancel()
    assert (await asker.pool.explain(statement, timeout_s=30)).rows == rows
    assert rows == asker.table.rows
