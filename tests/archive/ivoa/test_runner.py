"""The runner: what it does when its lease is lost without its knowing, and when the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from astrohub_archive.databases import open_database
from astrohub_archive.errors import QueryError
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import (
    Changes,
    Cleaner,
    Job,
    JobFolders,
    JobResult,
    JobStore,
    Phase,
    Runner,
    Submission,
    submit,
)
from astrohub_archive.ivoa.uws.leases import Leases
from astrohub_archive.settings import Jobs
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError

from ...support.clock import Clock
from ...support.waiting import until

OPTIONS = Jobs(concurrent=1, lease_s=3600, poll_s=0.05)


class Bench:
    """A store, its folders, and a runner whose jobs end when the test says so."""

    def __init__(self, root: Path) -> None:
        self.clock = Clock()
        self.store = JobStore(open_database(None, root), "tap", clock=self.clock)
        self.folders = JobFolders(root / "jobs")
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.failures: list[Exception] = []
        self.runner = Runner(self.store, self.folders, Changes(), self.execute, options=OPTIONS)

    def submit(self) -> str:
        """Queue a job."""
        wanted = Submission("ada", Parameters([]), timedelta(days=1), 60)
        job_id = submit(self.store, wanted, lambda load: None).job_id
        assert self.store.enqueue(job_id)
        return job_id

    async def execute(self, job: Job) -> JobResult:
        """Write a result once the test lets it."""
        self.begun.set()
        if self.failures:
            raise self.failures.pop()
        while not self.may_end.is_set():
            try:
                await self.may_end.wait()
            except asyncio.CancelledError:
                # As slow to notice as a process that the machine has held up.
                continue
        return self.write(job)

    def write(self, job: Job) -> JobResult:
        """Write the result of an attempt."""
        (self.folders.make_attempt(job.job_id, job.attempts) / "result.csv").write_text(str(job.attempts))
        return JobResult(f"{job.attempts}/result.csv", "text/csv", 1, overflow=False)

    def files(self, job_id: str) -> dict[str, str]:
        """Return what lies in a job's folder."""
        folder = self.folders.make(job_id)
        found = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_text() for path in found}


def on_a_bench(test: Callable[[Bench], Awaitable[None]], root: Path, *, running: bool = True) -> None:
    """Do a test on a bench; a runner that runs would take what the test itself is about to claim."""

    async def run() -> None:
        bench = Bench(root)
        if running:
            await bench.runner.start()
        try:
            async with asyncio.timeout(200):
                await test(bench)
        finally:
            bench.may_end.set()
            if running:
                await bench.runner.stop()
            bench.store.engine.dispose()

    asyncio.run(run())


async def ended(bench: Bench, job_id: str, phase: Phase) -> Job:
    def is_over() -> bool:
        job = bench.store.get(job_id)
        return job is not None and job.phase is phase and job_id not in bench.runner._running

    await asyncio.to_thread(until, is_over, f"the job is {phase}")
    job = bench.store.get(job_id)
    assert job is not None
    return job


def test_who_lost_the_lease_leaves_the_others_result_alone(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        job_id = bench.submit()
        bench.runner.wake()
        await bench.begun.wait()
        bench.clock.now += 7200
        other = Leases(bench.store, "other", 3600)
        assert other.requeue_expired().queued == 1
        second = other.claim()
        assert second is not None
        assert second.attempts == 2
        assert other.complete(job_id, bench.write(second))
        bench.may_end.set()
        job = await ended(bench, job_id, Phase.COMPLETED)
        assert job.result is not None
        assert job.result.file_name == "2/result.csv"
        assert bench.files(job_id) == {"2/result.csv": "2"}

    on_a_bench(test, tmp_path)


def test_the_end_of_a_job_waits_for_a_database_that_is_away(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        failures = 0

        def fail(*arguments: object) -> None:
            nonlocal failures
            if failures < 3 and bench.may_end.is_set():
                failures += 1
                raise OperationalError("away", None, Exception("the server has gone"))

        job_id = bench.submit()
        bench.runner.wake()
        await bench.begun.wait()
        event.listen(bench.store.engine, "before_cursor_execute", fail)
        bench.may_end.set()
        await asyncio.to_thread(until, lambda: failures == 3, "the database is missed three times")
        await ended(bench, job_id, Phase.COMPLETED)
        assert bench.files(job_id) == {"1/result.csv": "1"}

    on_a_bench(test, tmp_path)


def locked_out(folder: Path) -> OperationalError:
    """Return what SQLite says to whoever cannot write because another does."""
    engine = create_engine(f"sqlite:///{folder / 'locked.sqlite'}", connect_args={"timeout": 0})
    with engine.connect() as one, engine.connect() as other:
        one.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as refused:
            other.exec_driver_sql("BEGIN IMMEDIATE")
    engine.dispose()
    return refused.value


def test_a_job_that_finds_the_database_locked_is_tried_again(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        bench.failures = [locked_out(tmp_path), locked_out(tmp_path)]
        job_id = bench.submit()
        bench.may_end.set()
        bench.runner.wake()
        for left in (1, 0):
            await asyncio.to_thread(until, lambda: len(bench.failures) == left, "it fails")  # noqa: B023
            await ended(bench, job_id, Phase.QUEUED)
            bench.clock.now += 60
        job = await ended(bench, job_id, Phase.COMPLETED)
        assert job.attempts == 1

    on_a_bench(test, tmp_path)


@pytest.mark.parametrize("phase", [Phase.COMPLETED, Phase.ERROR, None])
def test_what_a_kill_has_left_is_swept(tmp_path: Path, phase: Phase | None) -> None:
    async def test(bench: Bench) -> None:
        leases = Leases(bench.store, "dead", 3600)
        job_id = bench.submit()
        job = leases.claim()
        assert job is not None
        result = bench.write(job)
        lost = bench.folders.make_attempt(job_id, 7) / ".result.csv.partial"
        lost.write_text("half")
        if phase is Phase.COMPLETED:
            assert leases.complete(job_id, result)
        elif phase is Phase.ERROR:
            assert leases.fail(job_id, QueryError("It failed."))
        else:
            assert bench.store.delete(job_id)
        Cleaner(bench.store, bench.folders, lease_s=-1).sweep()
        assert bench.files(job_id) == ({"1/result.csv": "1"} if phase is Phase.COMPLETED else {})

    on_a_bench(test, tmp_path, running=False)


def test_what_a_running_job_writes_is_left_alone(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        job_id = bench.submit()
        job = Leases(bench.store, "alive", 3600).claim()
        assert job is not None
        bench.write(job)
        Cleaner(bench.store, bench.folders, lease_s=-1).sweep()
        assert bench.files(job_id) == {"1/result.csv": "1"}

    on_a_bench(test, tmp_path, running=False)
