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
    words = ["--namespace", namespace, "--values", file, "--wait", f"--timeout={PATIENCE_S}s"]
    cluster.helm("install", "astrohub", CHART, *words)
    return Site(cluster, namespace, "astrohub", str(CHART), str(file), passwords)


def _connected(site: Site) -> set[str]:
    """Return who is connected to which database."""
    query = "SELECT DISTINCT usename || ' to ' || datname FROM pg_stat_activity WHERE datname <> 'postgres'"
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


def _jobs(site: Site, token: str) -> str:
    answer = _ask(site, token, "/tap/async")
    return answer.text if answer.ok else ""


def test_a_restart_of_the_database_loses_nothing(on_postgresql: Site) -> None:
    site = on_postgresql
    token = Lab(site, "researcher").token()
    made = _ask(
        site, token, "/tap/async", LANG="ADQL", QUERY="SELECT TOP 1 * FROM TAP_SCHEMA.tables", PHASE="RUN"
    )
    job = made.headers["Location"].rpartition("/")[2]
    assert job in _jobs(site, token)
    assert _connected(site) == {"hub to hub", "archive to archive"}
    site.kubectl("delete", "pod", "--selector=app.kubernetes.io/component=database")
    site.kubectl("rollout", "status", POSTGRESQL, f"--timeout={PATIENCE_S}s")
    until(lambda: job in _jobs(site, token), "the archive goes on", timeout_s=PATIENCE_S)
    headers = {"Authorization": f"Bearer {token}"}
    who = f"{site.url()}/hub/api/user"
    until(lambda: requests.get(who, headers=headers, timeout=30).ok, "the hub goes on", timeout_s=PATIENCE_S)
    site.browser("researcher")
    assert not site.kubectl("get", "pods", "--field-selector=status.phase=Failed", "--output=name")
