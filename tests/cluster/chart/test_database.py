"""Hub and archive on the chart's own PostgreSQL: its restart loses nothing, and both go on by themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from astrohub_hub.admin import secret_manifest

from ...support.waiting import until
from ..cluster import Cluster
from .polling import log_in
from .rendering import CHART
from .site import PATIENCE_S, Lab, Site

POSTGRESQL = "deployment/postgresql"


@pytest.fixture
def on_postgresql(
    cluster: Cluster, namespace: str, values: dict[str, Any], images: dict[str, str], tmp_path: Path
) -> Site:
    """A site without Labs whose hub and archive keep what they know in PostgreSQL."""
    passwords = {"researcher": "a long password"}
    cluster.apply(secret_manifest("astrohub-secrets", passwords, frozenset()), namespace=namespace)
    name, tag = images["postgresql"].rsplit(":", 1)
    hub = {"db": {"type": "postgres", "url": "postgresql+psycopg2://hub@postgresql/hub"}}
    told = values | {
        "jupyterhub": values["jupyterhub"] | {"hub": values["jupyterhub"]["hub"] | hub},
        "archive": values["archive"] | {"sampleData": False},
        "database": {"enabled": True, "image": {"name": name, "tag": tag}},
        "notebooks": {"enabled": False},
        "nbtester": {"enabled": False},
    }
    file = tmp_path / "values.json"
    file.write_text(json.dumps(told))
    words = ["--namespace", namespace, "--values", str(file), "--wait", f"--timeout={PATIENCE_S}s"]
    cluster.helm("install", "astrohub", CHART, *words)
    return Site(cluster, namespace, "astrohub", str(CHART), str(file), passwords)


def _connected(site: Site) -> set[str]:
    """Return who is connected to which database."""
    query = (
        "SELECT DISTINCT usename || ' to ' || datname FROM pg_stat_activity "
        "WHERE datname <> 'postgres' AND backend_type = 'client backend'"
    )
    psql = ["psql", "--host=/tmp", "--username=postgres", "--tuples-only", "--no-align", f"--command={query}"]
    return set(site.kubectl("exec", POSTGRESQL, "--", *psql).strip().splitlines())


def _ask(site: Site, token: str, path: str, **form: str) -> requests.Response:
    url = f"{site.url('archive')}/services/archive{path}"
    headers = {"Authorization": f"Bearer {token}"}
    method = "POST" if form else "GET"
    # What it points to has the site's public address, at which nobody listens here.
    return requests.request(
        method, url, headers=headers, data=form or None, timeout=60, allow_redirects=False
    )


def _has(site: Site, token: str, job: str) -> bool:
    try:
        answer = _ask(site, token, "/tap/async")
    except requests.RequestException:
        return False
    return answer.ok and job in answer.text


def _lets_in(site: Site) -> bool:
    """Say whether the hub knows somebody who logs in, and whom the database remembers."""
    try:
        log_in(site.url(), "researcher", site.passwords["researcher"], timeout_s=60)
    except (requests.RequestException, AssertionError):
        return False
    return True


def test_a_restart_of_the_database_loses_nothing(on_postgresql: Site) -> None:
    site = on_postgresql
    token = Lab(site, "researcher").token()
    made = _ask(
        site, token, "/tap/async", LANG="ADQL", QUERY="SELECT TOP 1 * FROM TAP_SCHEMA.tables", PHASE="RUN"
    )
    job = made.headers["Location"].rpartition("/")[2]
    assert _has(site, token, job)
    assert _connected(site) == {"hub to hub", "archive to archive"}
    label = "app.kubernetes.io/component=database"
    before = site.pods(label)
    site.kubectl("delete", "pod", f"--selector={label}")
    site.await_others(label, before)
    until(lambda: _has(site, token, job), "the archive goes on", timeout_s=PATIENCE_S)
    until(lambda: _lets_in(site), "the hub goes on", timeout_s=PATIENCE_S)
    assert not site.kubectl("get", "pods", "--field-selector=status.phase=Failed", "--output=name")
