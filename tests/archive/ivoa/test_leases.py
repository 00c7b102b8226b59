"""Jobs change hands by leases: nothing is lost, nothing runs twice at once, nothing is tried for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from astrohub_archive.errors import QueryError
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import Job, JobResult, JobStore, Phase, Submission, load_of, submit, take_room
from astrohub_archive.ivoa.uws.leases import Leases
from sqlalchemy import Engine, event

from ...support.clock import Clock

RESULT = JobResult("result.vot", "application/x-votable+xml", 3, overflow=False)


@pytest.fixture
def store(database: Engine, clock: Clock) -> JobStore:
    return JobStore(database, "tap", clock=clock)


def queued(store: JobStore, owner: str | None = "researcher", *, address: str | None = None) -> str:
    parameters = Parameters([("query", "SELECT 1")])
    wanted = Submission(owner, parameters, timedelta(days=7), 60, address=address)
    job = submit(store, wanted, lambda load: None)
    assert store.enqueue(job.job_id)
    return job.job_id


def read(store: JobStore, job_id: str) -> Job:
    job = store.get(job_id)
    assert job is not None
    return job


def test_a_job_is_claimed_once(store: JobStore) -> None:
    job_id = queued(store)
    first, second = Leases(store, "a", 30), Leases(store, "b", 30)
    claimed = first.claim()
    assert claimed is not None
    assert (claimed.job_id, claimed.phase, claimed.attempts) == (job_id, Phase.EXECUTING, 1)
    assert second.claim() is None


def test_a_claim_is_not_refused_because_another_has_written_since_it_looked(
    store: JobStore, clock: Clock
) -> None:
    """In SQLite a transaction that has read, and then writes, would be told that the database is locked."""
    job_id = queued(store, "first")
    clock.now += 1
    other = queued(store, "second")
    written: list[str] = []

    def write_meanwhile(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("UPDATE") and not written:
            written.append(statement)
            assert store.abort(other)

    event.listen(store.engine, "before_cursor_execute", write_meanwhile)
    claimed = Leases(store, "a", 30).claim()
    assert written
    assert claimed is not None
    assert claimed.job_id == job_id
    assert read(store, other).phase is Phase.ABORTED


def test_the_owner_with_fewest_running_jobs_comes_first(store: JobStore, clock: Clock) -> None:
    queued(store, "busy")
    queued(store, "busy")
    clock.now += 1
    late = queued(store, "other")
    runner = Leases(store, "a", 30)
    assert runner.claim() is not None
    claimed = runner.claim()
    assert claimed is not None
    assert claimed.job_id == late


@pytest.mark.parametrize("owner", ["busy", None])
def test_no_owner_takes_all_places(store: JobStore, clock: Clock, owner: str | None) -> None:
    mine = []
    for clock.now in (1, 2, 3):
        mine.append(queued(store, owner))
    runner = Leases(store, "a", 30, most_of_one_owner=2)
    assert {job.job_id for job in (runner.claim(), runner.claim()) if job} == set(mine[:2])
    assert runner.claim() is None
    other = queued(store, "other")
    claimed = runner.claim()
    assert claimed is not None
    assert claimed.job_id == other
    assert runner.fail(mine[0], QueryError("It failed."))
    claimed = runner.claim()
    assert claimed is not None
    assert claimed.job_id == mine[2]


def test_a_silent_runners_job_is_queued_again_once_and_then_fails(store: JobStore, clock: Clock) -> None:
    job_id = queued(store)
    silent, other = Leases(store, "silent", 30), Leases(store, "other", 30)
    silent.claim()
    clock.now += 29
    assert other.requeue_expired().queued == 0
    clock.now += 2
    assert other.requeue_expired().queued == 1
    assert read(store, job_id).phase is Phase.QUEUED
    other.claim()
    clock.now += 31
    assert silent.requeue_expired().failed == 1
    job = read(store, job_id)
    assert job.phase is Phase.ERROR
    assert job.error is not None
    assert "interrupted twice" in job.error
    assert job.error_slug == "interrupted"


def test_results_that_end_at_once_have_the_room_of_their_owner_together(store: JobStore) -> None:
    runner = Leases(store, "a", 30)
    for owner in ("ada", "ada", "ada", "bob"):
        queued(store, owner)
    jobs = [job for job in (runner.claim() for _ in range(4)) if job is not None]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda job: take_room(store, job, 60, 100), jobs))
    mine = {job.job_id: has_room for job, has_room in zip(jobs, found, strict=True) if job.owner == "ada"}
    assert sorted(mine.values()) == [False, False, True]
    assert found.count(True) == 2
    # Who gives up has no use for it any more.
    holder = next(job_id for job_id, has_room in mine.items() if has_room)
    assert runner.fail(holder, QueryError("It failed."))
    other = next(job for job in jobs if job.owner == "ada" and job.job_id != holder)
    assert take_room(store, other, 60, 100)
    assert runner.complete(other.job_id, replace(RESULT, size_bytes=60))
    assert load_of(store, "ada", None).result_bytes == 60


def test_a_heartbeat_keeps_the_lease(store: JobStore, clock: Clock) -> None:
    job_id = queued(store)
    runner, other = Leases(store, "a", 30), Leases(store, "b", 30)
    runner.claim()
    for _ in range(5):
        clock.now += 20
        assert runner.renew([job_id]).held == {job_id}
        assert other.requeue_expired().queued == 0


def test_a_job_that_was_claimed_but_never_begun_is_not_kept_by_its_holder_for_ever(
    store: JobStore, clock: Clock
) -> None:
    """The answer to a claim may be lost on its way: then we hold a job of which we know nothing."""
    unknown, known = queued(store), queued(store)
    runner = Leases(store, "a", 30)
    assert {job.job_id for job in (runner.claim(), runner.claim()) if job} == {unknown, known}
    for _ in range(2):
        clock.now += 20
        assert runner.renew([known]).held == {known}
    assert runner.requeue_expired().queued == 1
    assert (read(store, unknown).phase, read(store, known).phase) == (Phase.QUEUED, Phase.EXECUTING)


def test_of_anonymous_callers_the_address_with_fewest_running_jobs_comes_first(
    store: JobStore, clock: Clock
) -> None:
    for clock.now in (1, 2, 3):
        queued(store, None, address="192.0.2.1")
    clock.now = 4
    other = queued(store, None, address="192.0.2.2")
    runner = Leases(store, "a", 30)
    assert runner.claim() is not None
    claimed = runner.claim()
    assert claimed is not None
    assert claimed.job_id == other


def test_who_lost_the_lease_cannot_end_the_job(store: JobStore, clock: Clock) -> None:
    job_id = queued(store)
    slow, fast = Leases(store, "slow", 30), Leases(store, "fast", 30)
    slow.claim()
    clock.now += 31
    fast.requeue_expired()
    fast.claim()
    assert not slow.complete(job_id, RESULT)
    assert slow.renew([job_id]).held == frozenset()
    assert fast.complete(job_id, RESULT)
    assert read(store, job_id).result == RESULT


def test_a_job_given_back_has_not_used_up_an_attempt(store: JobStore, clock: Clock) -> None:
    job_id = queued(store)
    runner = Leases(store, "a", 30)
    runner.claim()
    runner.give_back([job_id], delay_s=5)
    job = read(store, job_id)
    assert (job.phase, job.attempts) == (Phase.QUEUED, 0)
    assert runner.claim() is None
    clock.now += 6
    assert runner.claim() is not None


def test_an_abort_reaches_the_runner_with_its_next_heartbeat(store: JobStore) -> None:
    job_id = queued(store)
    runner = Leases(store, "a", 30)
    runner.claim()
    assert store.abort(job_id)
    assert runner.look([job_id]).to_abort == {job_id}
    assert runner.renew([job_id]).to_abort == {job_id}
    assert runner.aborted(job_id)
    assert read(store, job_id).phase is Phase.ABORTED
    assert not store.abort(job_id)


def test_an_abort_that_the_runner_did_not_live_to_see_is_kept(store: JobStore, clock: Clock) -> None:
    job_id = queued(store)
    Leases(store, "dead", 30).claim()
    store.abort(job_id)
    clock.now += 31
    Leases(store, "b", 30).requeue_expired()
    assert read(store, job_id).phase is Phase.ABORTED


def test_a_job_past_its_destruction_is_neither_seen_nor_claimed(store: JobStore, clock: Clock) -> None:
    job_id = queued(store)
    clock.now += 7 * 86_400 + 1
    assert store.get(job_id) is None
    assert Leases(store, "a", 30).claim() is None
    assert store.expired(10) == [job_id]
