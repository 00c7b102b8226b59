"""A drill: what the guide says of backup and restore brings a site back elsewhere, and it works."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from ..cluster import Cluster
from .asking import until_told
from .site import PATIENCE_S, Lab, Site
from .volumes import tar, volumes

_JOB = {
    "LANG": "ADQL",
    "FORMAT": "csv",
    "PHASE": "RUN",
    "QUERY": "SELECT name FROM openngc.objects WHERE name = 'NGC0224'",
}


def _ask(site: Site, token: str, path: str, **form: str) -> requests.Response:
    url = f"{site.url('archive')}/services/archive{path}"
    headers = {"Authorization": f"Bearer {token}"}
    method = "POST" if form else "GET"
    # What it points to has the site's public address, at which nobody listens here.
    return requests.request(
        method, url, headers=headers, data=form or None, timeout=60, allow_redirects=False
    )


def _a_job_that_is_done(site: Site, token: str) -> str:
    job = _ask(site, token, "/tap/async", **_JOB).headers["Location"].rpartition("/")[2]
    phase = f"/tap/async/{job}/phase"
    until_told(lambda: _ask(site, token, phase).text == "COMPLETED", "the job is done")
    return job


def test_a_backup_brings_tokens_tables_jobs_files_and_labs_back(
    lab: Lab, cluster: Cluster, namespace: str, values: dict[str, Any], images: dict[str, str], tmp_path: Path
) -> None:
    site, token = lab.site, lab.token()
    lab.run("astrohub", "mydb", "create", "kept", "SELECT TOP 5 name FROM openngc.objects")
    lab.run("bash", "-c", "echo from the Lab > ~/kept-by-drill")
    lab.run("bash", "-c", "echo from outside > /tmp/sent && astrohub files put /tmp/sent sent-before-drill")
    number, job = lab.run("id", "--user"), _a_job_that_is_done(site, token)
    saved, secret = tmp_path / "site.tar", site.get("secret", "astrohub-secrets")
    with volumes(site, images["archive"]), saved.open("wb") as file:
        tar(site, "--numeric-owner", "--exclude=tmp/workers", "-cf", "-", ".", stdout=file)

    told = values | {"notebooks": {"enabled": False}, "nbtester": {"enabled": False}}
    told["archive"] = values["archive"] | {"sampleData": False}
    (tmp_path / "values.json").write_text(json.dumps(told))
    again = replace(site, namespace=namespace, values=str(tmp_path / "values.json"))
    kept = {key: secret[key] for key in ("apiVersion", "kind", "type", "data")}
    cluster.apply(kept | {"metadata": {"name": "astrohub-secrets"}}, namespace=namespace)
    words = ["--namespace", namespace, "--values", again.values, "--wait", f"--timeout={PATIENCE_S}s"]
    cluster.helm("install", again.release, again.chart, *words)
    with volumes(again, images["archive"]), saved.open("rb") as file:
        tar(again, "--numeric-owner", "--same-permissions", "-xf", "-", stdin=file)

    assert "kept" in _ask(again, token, "/mydb/tables").text
    assert "NGC0224" in _ask(again, token, f"/tap/async/{job}/results/result").text
    back = Lab(again, lab.name)
    back.start()
    assert back.description()["metadata"]["namespace"] == namespace
    assert back.run("id", "--user") == number
    assert back.run("bash", "-c", "cat ~/kept-by-drill ~/sent-before-drill") == "from the Lab\nfrom outside"
    back.run("astrohub", "files", "get", "sent-before-drill", "/tmp/got")
    assert back.run("cat", "/tmp/got") == "from outside"
    assert lab.run("bash", "-c", "cat ~/kept-by-drill") == "from the Lab"  # the site itself went on
