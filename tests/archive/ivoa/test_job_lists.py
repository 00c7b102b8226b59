"""Job lists stay quick however many jobs there are: an index holds them in the order of the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from astrohub_archive.ivoa.parameters import Parameters
from astrohub_archive.ivoa.uws import JobFilter, JobStore, Phase, Submission, list_jobs, submit
from astrohub_archive.ivoa.uws.listing import list_query
from astrohub_archive.ivoa.uws.schema import JOBS
from sqlalchemy import Engine, insert, text

MANY = 3_000
BEGAN = 1_800_000_000.0


def fill(store: JobStore, owner: str, count: int) -> list[str]:
    """Make many finished jobs and return their ids, oldest first."""
    rows = [
        {
            "job_id": f"u{owner:0>12}{number:020d}",
            "protocol": store.protocol,
            "owner": owner,
            "phase": Phase.COMPLETED if number % 10 else Phase.ERROR,
            "parameters": [["LANG", "ADQL"], ["QUERY", "SELECT 1 AS one"]],
            "creation": BEGAN + number,
            "destruction": BEGAN + 1e6,
            "execution_duration_s": 60,
        }
        for number in range(count)
    ]
    with store.engine.begin() as connection:
        connection.execute(insert(JOBS), rows)
    return [str(row["job_id"]) for row in rows]


@pytest.fixture
def store(database: Engine) -> JobStore:
    return JobStore(database, "tap", clock=lambda: BEGAN + 50_000)


def plan_of(store: JobStore, wanted: JobFilter) -> str:
    """Return the database's own plan of a list."""
    compiled = list_query(store, "many", wanted, 100).compile(
        store.engine, compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN" if store.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with store.engine.connect() as connection:
        rows = connection.execute(text(f"{explain} {compiled}".replace(":", r"\:"))).all()
    return "\n".join(str(row) for row in rows)


@pytest.mark.parametrize(
    "wanted",
    [JobFilter(), JobFilter(after=datetime.fromtimestamp(BEGAN + 1_000, UTC))],
    ids=["all", "after"],
)
def test_a_list_is_read_from_an_index_and_not_sorted(store: JobStore, wanted: JobFilter) -> None:
    fill(store, "many", MANY)
    with store.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    plan = plan_of(store, wanted)
    assert "jobs_in_list" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_pages_follow_each_other_without_gap(store: JobStore) -> None:
    ids = fill(store, "many", 25)
    fill(store, "other", 5)
    seen, before = [], None
    while True:
        page = list_jobs(store, "many", JobFilter(before=before), 10)
        seen += [job.job_id for job in page.jobs]
        if not page.is_cut:
            break
        before = page.jobs[-1].created
    assert seen == ids[::-1]


def test_a_list_holds_the_wanted_phases_only(store: JobStore) -> None:
    ids = fill(store, "many", 25)
    failed = list_jobs(store, "many", JobFilter(frozenset({Phase.ERROR})), 100)
    assert [job.job_id for job in failed.jobs] == [ids[20], ids[10], ids[0]]
    assert list_jobs(store, "many", JobFilter(frozenset()), 100).jobs == ()


def test_what_an_earlier_release_has_left_is_amended(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE jobs (job_id VARCHAR(64) PRIMARY KEY, protocol VARCHAR(32) NOT NULL, "
                "owner VARCHAR(255), run_id VARCHAR(255), phase VARCHAR(16) NOT NULL, "
                'parameters JSON NOT NULL, creation FLOAT NOT NULL, start FLOAT, "end" FLOAT, '
                "destruction FLOAT NOT NULL, execution_duration_s INTEGER NOT NULL, "
                "attempts INTEGER NOT NULL, not_before FLOAT NOT NULL, lease_holder VARCHAR(64), "
                "lease_until FLOAT, abort_requested BOOLEAN NOT NULL, error TEXT, result JSON)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO jobs (job_id, protocol, owner, phase, parameters, creation, destruction, "
                "execution_duration_s, attempts, not_before, abort_requested, result) "
                "VALUES ('uold', 'tap', 'ada', 'COMPLETED', '[]', 1, 4e9, 60, 1, 0, false, "
                '\'{"file_name"\\: "result.vot", "mime"\\: "text/xml", "rows"\\: 3, "overflow"\\: false}\')'
            )
        )
    store = JobStore(database, "tap")
    old = store.get("uold")
    assert old is not None
    assert old.result is not None
    assert (old.result.file_name, old.result.size_bytes) == ("result.vot", 0)
    wanted = Submission("ada", Parameters([]), timedelta(days=1), 60, client_key="one")
    made = [submit(store, wanted, lambda load: None).job_id for _ in range(2)]
    assert made[0] == made[1]


def test_jobs_made_at_once_are_all_on_one_page_or_another(database: Engine) -> None:
    store = JobStore(database, "tap", clock=lambda: BEGAN + 1 / 3)
    made = [
        submit(store, Submission("hasty", Parameters([]), timedelta(days=1), 60), lambda load: None).job_id
        for _ in range(7)
    ]
    seen: list[str] = []
    before = None
    while (page := list_jobs(store, "hasty", JobFilter(before=before), 3)).jobs:
        seen += [job.job_id for job in page.jobs]
        before = page.jobs[-1].created
    assert seen == made[::-1]
