"""A job outlives the process that runs it."""

from __future__ import annotations

import signal
from pathlib import Path

from ...support.fake_hub import FakeHub
from ...support.running_archive import RunningArchive, running_archive
from .queries import ENDLESS
from .uws_client import JobClient

BRIGHT = "SELECT TOP 100 * FROM gaia_dr3_g10.gaia_source WHERE phot_g_mean_mag < 5"


def found_silent(archive: RunningArchive) -> int:
    """Return how often the jobs of a runner that has died were found."""
    return sum(event["event"] == "jobs of a silent runner" for event in archive.events)


def test_a_killed_process_loses_no_job(tmp_path: Path, sample_data: Path, hub: FakeHub, token: str) -> None:
    with running_archive(
        tmp_path, sample_data, hub.api_url, jobs={"leaseS": 3, "pollS": 0.2, "concurrent": 1}
    ) as archive:
        client = JobClient(archive, token)
        done = client.create(BRIGHT)
        client.ended(done)
        running, waiting = client.create(ENDLESS), client.create(BRIGHT)
        assert client.begun(running).phase == "EXECUTING"
        assert archive.stop(signal.SIGKILL) == -signal.SIGKILL

        archive.start()
        assert client.see(done).phase == "COMPLETED"
        assert client.request("GET", f"/{done}/results/result").status_code == 200
        # The lease runs out, and the job begins anew in the new process.
        assert client.begun(running).phase == "EXECUTING"
        client.request("POST", f"/{running}/phase", data={"PHASE": "ABORT"})
        assert client.ended(waiting).phase == "COMPLETED"


def test_a_job_that_kills_every_process_is_given_up(
    tmp_path: Path, sample_data: Path, hub: FakeHub, token: str
) -> None:
    with running_archive(tmp_path, sample_data, hub.api_url, jobs={"leaseS": 3, "pollS": 0.2}) as archive:
        client = JobClient(archive, token)
        job_id = client.create(ENDLESS)
        for lives in (1, 2):
            assert client.begun(job_id).phase == "EXECUTING"
            archive.stop(signal.SIGKILL)
            archive.start()
            assert archive.wait_for(lambda: found_silent(archive) >= lives)  # noqa: B023 -- waited for here
        seen = client.ended(job_id)
        assert seen.phase == "ERROR"
        assert "interrupted twice" in (seen.error or "")


def test_a_stopped_service_queues_its_running_jobs_again(
    tmp_path: Path, sample_data: Path, hub: FakeHub, token: str
) -> None:
    with running_archive(tmp_path, sample_data, hub.api_url, jobs={"leaseS": 300}) as archive:
        client = JobClient(archive, token)
        job_id = client.create(ENDLESS)
        client.begun(job_id)
        assert archive.stop() == 0
        archive.start()
        # Were the job still leased to the old process, nobody could begin it for five minutes.
        assert client.begun(job_id, within_s=120).phase == "EXECUTING"
        client.request("DELETE", f"/{job_id}")


def test_what_is_past_its_destruction_is_removed_from_disk(
    tmp_path: Path, sample_data: Path, hub: FakeHub, token: str
) -> None:
    with running_archive(tmp_path, sample_data, hub.api_url) as archive:
        client = JobClient(archive, token)
        job_id = client.create(BRIGHT)
        client.ended(job_id)
        folder = tmp_path / "work" / "jobs" / job_id
        assert [path.name for path in folder.rglob("*")] == ["1", "result.vot"]
        client.request("POST", f"/{job_id}/destruction", data={"DESTRUCTION": "2020-01-01T00:00:00Z"})
        archive.stop()
        archive.start()
        assert archive.wait_for(lambda: not folder.exists())
        # The folder goes first and the event is written last.
        assert archive.wait_for(lambda: "old jobs removed" in {event["event"] for event in archive.events})
