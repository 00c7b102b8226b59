"""Jobs over HTTP where two services share one database, of each kind that a site can have."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from xml.etree import ElementTree

import pytest
import requests

from ...support.catalogs import synthetic_archive
from ...support.fake_hub import FakeHub
from ...support.postgresql import PostgreSQL
from ...support.running_archive import small_settings
from ...support.warm_archive import WarmArchive, burning_stove
from ..mydb.own_tables import OwnTables
from .uws_client import JobClient

FEW = "SELECT TOP 3 star_id, ra FROM sky.stars"
# Sixty billion triples, each looked at.
ENDLESS = (
    "SELECT COUNT(*) FROM sky.stars AS a, sky.stars AS b, sky.stars AS c "
    "WHERE SIN(a.ra * b.dec + c.ra * a.dec) > 2"
)
JOBS_PER_USER = 5


@dataclass(frozen=True)
class Pair:
    """Two services of one site."""

    one: WarmArchive
    two: WarmArchive

    def clients(self, hub: FakeHub) -> tuple[JobClient, JobClient]:
        """Return the jobs of a new user, at the one and at the other."""
        token = secrets.token_hex(16)
        hub.give(token, f"user{token[:8]}")
        return JobClient(self.one, token), JobClient(self.two, token)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, hub: FakeHub
) -> Iterator[Pair]:
    """Two services over a small sky."""
    root = tmp_path_factory.mktemp("pair")
    settings = {
        "workDir": str(root / "work"),
        "jobs": {"pollS": 0.2, "concurrent": 1},
        "limits": {"jobsPerUser": JOBS_PER_USER},
    }
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        settings["databaseUrl"] = server.url(server.new_database())
    with synthetic_archive(rows=4_000) as sky, burning_stove() as stove:
        services = []
        for name in ("one", "two"):
            (root / name).mkdir()
            own = small_settings(root / name, sky.public, hub.api_url, **settings)
            services.append(WarmArchive(root / name, own))
        try:
            for service in services:
                service.begin(stove)
            for service in services:
                service.wait_until_up()
            yield Pair(*services)
        finally:
            for service in services:
                service.kill()


def at_both(
    clients: tuple[JobClient, JobClient], times: int, form: dict[str, str]
) -> list[requests.Response]:
    """Submit a job so many times at once, at the one service and the other in turn."""
    asked = list(islice(cycle(clients), times))
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda client: client.request("POST", data=form), asked))


def listed(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [job.get("id") or "" for job in ElementTree.fromstring(response.content)]


def test_a_job_made_at_the_one_is_waited_for_and_read_at_the_other(pair: Pair, hub: FakeHub) -> None:
    one, two = pair.clients(hub)
    job_id = one.create(FEW, RESPONSEFORMAT="csv")
    assert two.ended(job_id).phase == "COMPLETED"
    result = two.request("GET", f"/{job_id}/results/result")
    assert len(result.text.split()) == 4
    failed = two.create("SELECT star_idd FROM sky.stars")
    seen = one.ended(failed)
    assert (seen.phase, seen.slug) == ("ERROR", "query")


def test_one_key_at_both_is_one_job(pair: Pair, hub: FakeHub) -> None:
    clients = pair.clients(hub)
    form = {"LANG": "ADQL", "QUERY": FEW, "IDEMPOTENCYKEY": "nightly"}
    answers = at_both(clients, 16, form)
    assert [answer.status_code for answer in answers] == [303] * 16
    (job_id,) = {answer.headers["Location"].rpartition("/")[2] for answer in answers}
    for client in clients:
        assert listed(client.request("GET")) == [job_id]
        assert client.request("POST", data={**form, "MAXREC": "1"}).status_code == 409


def test_a_users_share_is_one_at_both(pair: Pair, hub: FakeHub) -> None:
    clients = pair.clients(hub)
    answers = at_both(clients, 12, {"LANG": "ADQL", "QUERY": FEW})
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [303] * JOBS_PER_USER + [503] * (12 - JOBS_PER_USER)


def test_pages_and_filters_are_the_same_at_both(pair: Pair, hub: FakeHub) -> None:
    one, two = pair.clients(hub)
    made = [client.create(FEW, run=False) for client in (one, two, one, two)]
    first = two.request("GET", params={"LAST": "3"})
    assert listed(first) == made[:0:-1]
    rest = requests.get(first.links["next"]["url"], headers=two.headers, timeout=60)
    assert listed(rest) == made[:1]
    one.request("POST", f"/{made[1]}/phase", data={"PHASE": "ABORT"})
    assert listed(two.request("GET", params={"PHASE": "ABORTED"})) == [made[1]]
    assert listed(two.request("GET", params={"PHASE": "PENDING"})) == [made[3], made[2], made[0]]


def test_whoever_runs_a_job_either_can_stop_it(pair: Pair, hub: FakeHub) -> None:
    """Each runs one job at a time: of two that do not end, each has one."""
    clients = pair.clients(hub)
    others = pair.clients(hub)
    running = [(clients, clients[0].create(ENDLESS)), (others, others[0].create(ENDLESS))]
    for (one, two), job_id in running:
        assert two.begun(job_id).phase == "EXECUTING"
        assert one.request("POST", f"/{job_id}/phase", data={"PHASE": "ABORT"}).status_code == 303
        assert two.ended(job_id).phase == "ABORTED"


def test_a_job_that_is_past_its_time_is_gone_at_both(pair: Pair, hub: FakeHub) -> None:
    one, two = pair.clients(hub)
    job_id = one.create(FEW)
    one.ended(job_id)
    past = {"DESTRUCTION": "2020-01-01T00:00:00Z"}
    assert two.request("POST", f"/{job_id}/destruction", data=past).status_code == 303
    for client in (one, two):
        assert client.request("GET", f"/{job_id}").status_code == 404
        assert listed(client.request("GET")) == []


def test_a_table_has_one_name_at_both(pair: Pair, hub: FakeHub) -> None:
    token = secrets.token_hex(16)
    hub.give(token, f"user{token[:8]}")
    both = [OwnTables(archive, token) for archive in (pair.one, pair.two)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda tables: tables.create("stars", FEW).status_code, both * 4))
    assert sorted(made) == [201] + [409] * 7
    assert [tables.listed()["tables"][0]["rows"] for tables in both] == [3, 3]
