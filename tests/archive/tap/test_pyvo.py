"""pyvo, as astronomers use it: tables, sync, async, credentials."""

from __future__ import annotations

import pytest
import pyvo
import requests

from ...support.running_archive import RunningArchive

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"


@pytest.fixture
def service(archive: RunningArchive) -> pyvo.dal.TAPService:
    return pyvo.dal.TAPService(archive.tap)


@pytest.fixture
def mine(archive: RunningArchive, token: str) -> pyvo.dal.TAPService:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    return pyvo.dal.TAPService(archive.tap, session=session)


def test_a_query_at_once_has_units_and_exact_identifiers(service: pyvo.dal.TAPService) -> None:
    table = service.search(BRIGHT).to_table()
    assert len(table) == 100
    assert str(table["ra"].unit) == "deg"
    assert table["source_id"].dtype.name == "int64"
    assert max(table["source_id"]) > 2**53


def test_tables_and_capabilities_are_understood(service: pyvo.dal.TAPService) -> None:
    assert "gaia_dr3_g10.gaia_source" in service.tables
    ra = next(column for column in service.tables["hipparcos.hip2"].columns if column.name == "ra")
    assert str(ra.unit) == "deg"
    assert service.available
    assert service.hardlimit == 1_000_000_000
    assert len(list(service.examples)) >= 3


def test_overflow_is_noticed(service: pyvo.dal.TAPService) -> None:
    result = service.search(BRIGHT, maxrec=5)
    assert len(result) == 5
    assert result.query_status == "OVERFLOW"


def test_a_fault_of_the_query_is_read(service: pyvo.dal.TAPService) -> None:
    with pytest.raises(pyvo.dal.DALQueryError, match="phot_g_mean_magg"):
        service.search("SELECT phot_g_mean_magg FROM gaia_dr3_g10.gaia_source")


@pytest.mark.parametrize("who", ["service", "mine"])
def test_a_job_is_run_waited_for_read_and_deleted(request: pytest.FixtureRequest, who: str) -> None:
    tap: pyvo.dal.TAPService = request.getfixturevalue(who)
    with tap.submit_job(BRIGHT, maxrec=50) as job:
        job.execution_duration = 100
        job.run()
        job.wait(phases=["COMPLETED", "ERROR"], timeout=60)
        assert job.phase == "COMPLETED"
        assert len(job.fetch_result()) == 50
        url = job.url
    assert requests.get(url, timeout=30).status_code in (401, 404)


def test_run_async_and_the_job_list(mine: pyvo.dal.TAPService) -> None:
    assert len(mine.run_async(BRIGHT)) == 100
    job = mine.submit_job(BRIGHT)
    assert job.job_id in [listed.jobid for listed in mine.get_job_list()]
    job.delete()


def test_every_example_is_a_query_that_runs(service: pyvo.dal.TAPService) -> None:
    examples = list(service.examples)
    assert len(examples) >= 3
    for example in examples:
        example["MAXREC"] = 5
        assert len(example.execute().fieldnames) > 0, example["QUERY"]


def test_a_maxrec_of_none_asks_for_the_columns_only(service: pyvo.dal.TAPService) -> None:
    query = service.create_query("SELECT source_id, ra FROM gaia_dr3_g10.gaia_source")
    query["MAXREC"] = 0  # pyvo takes its own maxrec=0 for none at all
    result = query.execute()
    assert (len(result), result.query_status, result.fieldnames) == (0, "OVERFLOW", ("source_id", "ra"))


def test_the_job_list_is_filtered_as_pyvo_asks(mine: pyvo.dal.TAPService) -> None:
    jobs = [mine.submit_job(BRIGHT, runid=f"pyvo-{number}") for number in range(3)]
    try:
        waiting = [one.jobid for one in mine.get_job_list(phases=["PENDING"], last=2)]
        assert waiting == [jobs[2].job_id, jobs[1].job_id]
        assert mine.get_job_list(phases=["EXECUTING"], last=5) == []
        whole = mine.get_job_list(phases=["PENDING"], last=1, short_description=False)
        assert whole[0].parameters[0].content is not None
    finally:
        for job in jobs:
            job.delete()
