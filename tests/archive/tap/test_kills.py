"""kill -9 at any moment, under load: no promised job is lost, none lies about its phase, no file is left."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from astrohub_archive.databases import open_database
from sqlalchemy import Engine, text

from ...support.catalogs import synthetic_archive
from ...support.fake_hub import FakeHub
from ...support.postgresql import PostgreSQL
from ...support.running_archive import small_settings
from ...support.waiting import until
from ...support.warm_archive import Stove, WarmArchive, burning_stove
from .kill_load import Client, Promise, read_job

SEED = 20261121
LEASE_S = 1.5
UNFINISHED = ("PENDING", "QUEUED", "EXECUTING")


@contextmanager
def two_services(
    root: Path, hub: FakeHub, database_url: str | None, stove: Stove
) -> Iterator[list[WarmArchive]]:
    """Run two processes of one archive: one work folder, one database."""
    settings = {
        "workDir": str(root / "work"),
        "jobs": {"leaseS": LEASE_S, "pollS": 0.2, "concurrent": 3},
        "limits": {"jobsPerUser": 100_000},
        **({} if database_url is None else {"databaseUrl": database_url}),
    }
    with synthetic_archive(rows=20_000) as sky:
        services = []
        for name in ("one", "two"):
            folder = root / name
            folder.mkdir()
            services.append(WarmArchive(folder, small_settings(folder, sky.public, hub.api_url, **settings)))
        try:
            for service in services:
                service.begin(stove)
            for service in services:
                service.wait_until_up()
            yield services
        finally:
            for service in services:
                service.kill()


def promised(clients: list[Client]) -> list[Promise]:
    """Return the jobs whose submission was acknowledged."""
    return [promise for client in clients for promise in list(client.promises) if promise.job_id]


def kill_often(service: WarmArchive, stove: Stove, clients: list[Client], times: int, seed: int) -> None:
    """Kill a process at random moments, in every fifth life perhaps before it is up, and start it again."""
    chance, pause, is_up = random.Random(seed), threading.Event(), True
    for life in range(times):
        before = len(promised(clients))
        pause.wait(chance.uniform(0.1, 1.1))
        if is_up:
            # On a slow machine it would else be killed before anybody has got anything of it.
            until(lambda: len(promised(clients)) > before, "a job is submitted")  # noqa: B023
        service.kill()
        service.begin(stove)
        is_up = life % 5 != 1 or life == times - 1
        if is_up:
            service.wait_until_up()


def goes_on(client: Client, promise: Promise, port: int) -> bool:
    """Say whether a job has not ended yet; one that nobody wants to end is aborted."""
    if promise.is_deleted or promise.has_ended:
        return False
    response = client.ask("GET", f"/{promise.job_id}", port)
    promise.has_ended = response.status_code == 404 or read_job(response.text)[0] not in UNFINISHED
    if not promise.has_ended and promise.rows is None:
        promise.abort_asked = True
        client.ask("POST", f"/{promise.job_id}/phase", port, data={"PHASE": "ABORT"})
    return not promise.has_ended


def unsettled(clients: list[Client], port: int) -> list[str]:
    """Return the jobs that go on; what never ends is aborted, so that it leaves its place to others."""
    return [
        promise.job_id for client in clients for promise in client.promises if goes_on(client, promise, port)
    ]


def check_kept(client: Client, port: int) -> list[str]:
    """Return what has become of promises that it should not have."""
    faults = list(client.unexpected)
    for promise in client.promises:
        response = client.ask("GET", f"/{promise.job_id}", port) if promise.job_id else None
        if response is None or promise.is_deleted:
            if response is not None and response.status_code != 404:
                faults.append(f"{promise}: deleted, and there again")
        elif response.status_code != 200:
            if not promise.delete_asked:
                faults.append(f"{promise}: lost ({response.status_code})")
        else:
            phase, sentence = read_job(response.text)
            if phase == "COMPLETED":
                client.check_result(promise, port)
            elif promise.was_completed:
                faults.append(f"{promise}: was COMPLETED, is {phase}")
            elif phase == "ERROR" and "interrupted twice" not in sentence:
                faults.append(f"{promise}: {sentence}")
            elif phase == "ABORTED" and not promise.abort_asked:
                faults.append(f"{promise}: ABORTED by nobody")
    return faults + client.unexpected[len(faults) :]


def held_by_nobody(database: Engine) -> list[str]:
    """Return the jobs that are said to be executing although no process says that it executes them."""
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT job_id, lease_holder FROM jobs WHERE phase = 'EXECUTING'")
        ).all()
    return [job_id for job_id, holder in rows if not psutil.pid_exists(int(holder.split(":")[-2]))]


def left_over(database: Engine, folder: Path) -> list[str]:
    """Return the files that belong to no result of a job."""
    with database.connect() as connection:
        rows = connection.execute(text("SELECT job_id, attempts FROM jobs WHERE phase = 'COMPLETED'")).all()
    wanted = {f"{job_id}/{attempts}/result.csv" for job_id, attempts in rows}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert wanted <= found, f"results are missing: {wanted - found}"
    return sorted(found - wanted)


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 20), ("postgresql", 6)])
def test_no_kill_loses_a_job_or_lets_one_lie(
    tmp_path: Path, hub: FakeHub, kind: str, kills: int, request: pytest.FixtureRequest
) -> None:
    url = None
    if kind == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.url(server.new_database())
    tokens = [hub.give(f"{kind}{number:030x}", f"user{number}") for number in range(4)]
    with burning_stove() as stove, two_services(tmp_path, hub, url, stove) as services:
        ports = [service.settings["bind"]["port"] for service in services]
        clients = [Client(ports, token, SEED + number) for number, token in enumerate(tokens)]
        killers = [
            threading.Thread(target=kill_often, args=(service, stove, clients, kills // 2, SEED + number))
            for number, service in enumerate(services)
        ]
        for thread in (*clients, *killers):
            thread.start()
        for killer in killers:
            killer.join()
        for client in clients:
            client.stop()

        database = open_database(url, tmp_path / "work")
        first = services[0]
        assert first.wait_for(lambda: not held_by_nobody(database)), held_by_nobody(database)
        assert first.wait_for(lambda: not unsettled(clients, ports[0]), within_s=240)
        faults = [fault for client in clients for fault in check_kept(client, ports[0])]
        assert not faults, f"seed {SEED}:\n" + "\n".join(faults)
        assert len(promised(clients)) >= kills // 3
        folder = tmp_path / "work" / "jobs"
        assert first.wait_for(lambda: not left_over(database, folder)), left_over(database, folder)
        database.dispose()
