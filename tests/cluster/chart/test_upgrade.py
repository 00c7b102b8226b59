"""The chart against the API server, and against what the last release of it has made."""

from __future__ import annotations

import json
import secrets
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from astrohub_hub.admin import secret_manifest

from ...support.waiting import until
from ..cluster import Cluster
from ..places import CLONE
from ..report import Report
from .asking import until_told
from .kernel import Kernel
from .rendering import KUBERNETES, Render, objects
from .site import PATIENCE_S, Lab, Site

EVERYTHING = (
    "ingress.enabled=true,ingress.host=a.example,notebooks.enabled=true,nbtester.enabled=true,database.enabled=true,"
    "preflight.beforeInstall=true,archive.sampleData=true"
)
#: The chart of the last release; the README beside it says which that is.
(LAST,) = Path(__file__).with_name("last_release").glob("*.tgz")
RUNBOOK = CLONE / "docs" / "guide" / "operator" / "runbooks.md"
#: Keys of the site's Secret that the chart of the last release did not know.
NEW_KEYS = ("monitor-token", "hub.db.password", "archive.database.password")
JOB = {
    "LANG": "ADQL",
    "FORMAT": "csv",
    "PHASE": "RUN",
    "QUERY": "SELECT table_name FROM tap_schema.tables WHERE table_name = 'tap_schema.tables'",
}


@pytest.mark.parametrize("options", [(), (f"--set={EVERYTHING}",), ("classroom",), ("kubernetes",)], ids=str)
def test_the_api_server_takes_every_object(
    cluster: Cluster, namespace: str, render: Render, options: tuple[str, ...]
) -> None:
    if options and not options[0].startswith("--"):
        # Kinds of the Gateway API are not in this cluster.
        options = (
            f"--values={CLONE / 'config' / options[0] / 'values.yaml'}",
            "--set=httpRoute.enabled=false",
        )
    text = render(f"--namespace={namespace}", *options)
    words = ["apply", "--namespace", namespace, "--dry-run=server", "--validate=strict", "--filename=-"]
    said = cluster.kubectl(*words, text=text)
    assert "deployment.apps/archive created (server dry run)" in said
    assert cluster.get("deployments", "--namespace", namespace)["items"] == []


def test_an_upgrade_changes_nothing_that_the_api_server_would_refuse_to_change(
    helm: Path, render: Render
) -> None:
    words = [helm, "template", "astrohub", LAST, "--namespace=there", f"--kube-version={KUBERNETES}"]
    before = subprocess.run([*map(str, words)], capture_output=True, text=True, check=True).stdout
    known = {_name(found): found for found in objects(render())}
    for old in objects(before):
        new = known.get(_name(old))
        assert new is not None, f"{_name(old)} is gone: say so in the upgrade notes"
        if old["kind"] == "Deployment":
            assert new["spec"]["selector"] == old["spec"]["selector"]
        if old["kind"] == "PersistentVolumeClaim":
            assert new["spec"] == old["spec"]


def _name(described: dict[str, Any]) -> tuple[str, str]:
    return described["kind"], described["metadata"]["name"]


def test_the_runbook_says_what_an_upgrade_from_the_last_release_asks_for() -> None:
    version = LAST.stem.removeprefix("astrohub-")
    (line,) = [row for row in RUNBOOK.read_text().splitlines() if row.startswith(f"| {version} |")]
    assert [key for key in NEW_KEYS if f"`{key}`" not in line] == []


@pytest.fixture
def old_site(cluster: Cluster, namespace: str, values: dict[str, Any], tmp_path: Path) -> Site:
    """A site that the chart of the last release has installed, with the Secret of its day."""
    told = {key: values[key] for key in ("jupyterhub", "archive", "storage")}
    told["archive"] = values["archive"] | {"sampleData": False}
    (file := tmp_path / "values.json").write_text(json.dumps(told))
    passwords = {"researcher": secrets.token_urlsafe(12)}
    secret: Any = secret_manifest("astrohub-secrets", passwords, frozenset())
    for key in NEW_KEYS:
        secret["data"].pop(key)
    cluster.apply(secret, namespace=namespace)
    site = Site(cluster, namespace, "astrohub", str(LAST), str(file), passwords)
    words = ["--namespace", namespace, "--values", str(file), "--wait", f"--timeout={PATIENCE_S}s"]
    with Report().step("The chart of the last release, installed and ready"):
        cluster.helm("install", site.release, site.chart, *words)
    return site


class _Jobs:
    """Jobs of somebody in the archive of a site."""

    def __init__(self, site: Site, token: str) -> None:
        self._url = f"{site.url('archive')}/services/archive/tap/async"
        self._headers = {"Authorization": f"Bearer {token}"}

    def run(self) -> str:
        """Run one and return its number when it is over."""
        said = requests.post(self._url, JOB, headers=self._headers, allow_redirects=False, timeout=60)
        assert said.status_code == requests.codes.see_other, said.text
        job = said.headers["Location"].rpartition("/")[2]
        until_told(lambda: self._get(job, "phase") == "COMPLETED", "the job is over")
        return job

    def result(self, job: str) -> str:
        """Return what it found."""
        return self._get(job, "results/result")

    def _get(self, job: str, what: str) -> str:
        answer = requests.get(f"{self._url}/{job}/{what}", headers=self._headers, timeout=60)
        assert answer.ok, answer.text
        return answer.text


def _kept(site: Site, lab: Lab) -> dict[str, str]:
    """Return who the site's volumes and the Lab's pod are, and how often its server was started."""
    claims = {found["metadata"]["name"]: found["metadata"]["uid"] for found in site.get("pvc")["items"]}
    pod = lab.description()
    (server,) = pod["status"]["containerStatuses"]
    return claims | {"pod": pod["metadata"]["uid"], "starts": str(server["restartCount"])}


def _leads_to(site: Site, lab: Lab) -> bool:
    """Say whether the proxy, which is a new one, leads to a Lab; over a connection of its own."""
    try:
        return requests.get(f"{site.url()}/user/{lab.name}/api", timeout=5).ok
    except requests.RequestException:
        return False


def test_a_site_of_the_last_release_is_upgraded_under_a_running_kernel(old_site: Site) -> None:
    lab = Lab(old_site, "researcher")
    lab.start()
    kernel = Kernel(lab)
    assert kernel.evaluate("x = 41; open('kept', 'w').write('mine'); x") == "41"
    token = lab.token()
    job = _Jobs(old_site, token).run()
    before = _kept(old_site, lab)
    found = _Jobs(old_site, token).result(job)
    assert "tap_schema.tables" in found

    site = replace(old_site, chart=str(CLONE / "helm" / "astrohub"))
    with Report().step("The chart of the last release, upgraded"):
        site.upgrade()
    site.await_hub()

    until(lambda: _leads_to(site, lab), "the way to the Lab", timeout_s=PATIENCE_S)
    assert kernel.evaluate("x + 1") == "42"
    after = _kept(site, lab)
    assert {key: after.get(key) for key in before} == before
    assert _Jobs(site, token).result(job) == found
    # A server that is started now is one of today, in the home of before, and its user's number is the same.
    number = lab.run("id", "--user")
    lab.browser = site.browser(lab.name)
    lab.browser.stop_server(lab.name)
    lab.start()
    assert (lab.run("id", "--user"), lab.run("bash", "-c", "cat ~/kept")) == (number, "mine")
