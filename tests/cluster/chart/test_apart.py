"""A site with a name for each user and two archives: users are apart, and service pods may be drained."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from astrohub_hub.admin import secret_manifest

from ...support.waiting import until
from ..cluster import Cluster
from ..errors import ClusterError
from .bars import READING, WAY, Bars
from .kernel import Kernel
from .names import named_browser
from .polling import watched
from .rendering import CHART
from .site import PATIENCE_S, Lab, Site

URL, DOMAIN = "http://hub.test", "hub.test"
ADA, EVE = "ada", "eve"
IMPATIENT_S, ANSWER_S = 10, 60
_QUERY = {
    "REQUEST": "doQuery",
    "LANG": "ADQL",
    "FORMAT": "csv",
    "QUERY": "SELECT TOP 1 table_name FROM tap_schema.tables",
}


class NamedLab(Lab):
    """Somebody's user server, under a name of its own."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name, self.pod = site, name, f"jupyter-{name}"
        self.browser = named_browser(URL, urlsplit(site.url()).netloc)
        answer = self.browser.log_in(name, site.passwords[name])
        assert answer.status_code == requests.codes.found, answer.text

    @property
    def host(self) -> str:
        """The name of this user's servers."""
        return f"{self.name}.{DOMAIN}"

    def open(self, host: str, path: str) -> requests.Response:
        """Open a page in this user's browser, following where it leads."""
        return self.browser.http.get(f"http://{host}{path}", timeout=60)


@pytest.fixture(scope="module")
def apart(
    cluster: Cluster, values: dict[str, Any], images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Return such a site."""
    namespace = f"apart-{secrets.token_hex(4)}"
    file = tmp_path_factory.mktemp("apart") / "values.json"
    passwords = {name: f"the password of {name}" for name in (ADA, EVE)}
    name, tag = images["postgresql"].rsplit(":", 1)
    hub = {"config": {"JupyterHub": {"subdomain_host": URL}}}
    astrohub = values["jupyterhub"]["custom"]["astrohub"] | {"publicUrl": URL}
    told = values | {
        "jupyterhub": values["jupyterhub"]
        | {"hub": values["jupyterhub"]["hub"] | hub, "custom": {"astrohub": astrohub}},
        "archive": values["archive"] | {"sampleData": False, "replicas": 2},
        "database": {"enabled": True, "image": {"name": name, "tag": tag}},
        "storage": values["storage"]
        | {"work": {"storageClassName": "shared", "size": "1Gi", "accessModes": ["ReadWriteMany"]}},
        "notebooks": {"enabled": False},
        "nbtester": {"enabled": False},
    }
    file.write_text(json.dumps(told))
    cluster.kubectl("create", "namespace", namespace)
    try:
        secret = secret_manifest("astrohub-secrets", passwords, frozenset())
        cluster.apply(secret, namespace=namespace)
        words = ["--namespace", namespace, "--values", str(file), "--wait", f"--timeout={PATIENCE_S}s"]
        cluster.helm("install", "astrohub", CHART, *words)
        installed = Site(cluster, namespace, "astrohub", str(CHART), str(file), passwords)
        installed.await_hub(host=DOMAIN)
        yield installed
    finally:
        cluster.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture(scope="module")
def ada(apart: Site) -> NamedLab:
    """Return a user whose server runs, and who has opened it."""
    lab = NamedLab(apart, ADA)
    lab.start()
    return lab


@pytest.fixture(scope="module")
def eve(apart: Site) -> NamedLab:
    """Return another."""
    lab = NamedLab(apart, EVE)
    lab.start()
    return lab


def test_each_users_lab_opens_under_a_name_of_its_own(ada: NamedLab) -> None:
    page = ada.open(DOMAIN, f"/user/{ADA}/lab")
    assert page.ok
    assert urlsplit(page.url).netloc == ada.host
    assert "jupyter-config-data" in page.text


def test_no_log_in_is_sent_to_anothers_name(ada: NamedLab, eve: NamedLab) -> None:
    ada.open(DOMAIN, f"/user/{ADA}/lab")
    kept = {(cookie.name, cookie.domain) for cookie in ada.browser.http.cookies}
    assert ("jupyterhub-hub-login", DOMAIN) in kept
    assert (f"jupyterhub-user-{ADA}", ada.host) in kept
    opened = ada.open(eve.host, f"/user/{EVE}/lab")
    asked = [one for one in (*opened.history, opened) if urlsplit(one.url).netloc == eve.host]
    sent = [one.request.headers.get("Cookie") or "" for one in asked]
    names = {part.partition("=")[0] for cookies in sent for part in cookies.split("; ") if part}
    assert sent
    # The number of a session is for all names of the site: it lets nobody in.
    assert not {name for name in names if "login" in name or ADA in name}


def test_nobody_reaches_a_lab_under_anothers_name(ada: NamedLab, eve: NamedLab) -> None:
    assert "version" in ada.open(ada.host, f"/user/{ADA}/api").json()
    elsewhere = ada.browser.http.get(f"http://{eve.host}/user/{ADA}/api", timeout=60, allow_redirects=False)
    assert elsewhere.status_code != requests.codes.ok
    assert ada.open(DOMAIN, f"/user/{EVE}/lab").status_code in {403, 404}
    assert ada.open(eve.host, f"/user/{EVE}/lab").status_code in {403, 404}


def test_a_lab_reaches_the_archive_as_elsewhere(ada: NamedLab) -> None:
    ada.run("bash", "-c", "echo mine > /tmp/mine && astrohub files put /tmp/mine mine")
    assert ada.run("bash", "-c", "cat ~/mine") == "mine"


def _evict(site: Site, pod: str) -> None:
    """Ask for a pod's end as `kubectl drain` does.

    Raises
    ------
    ClusterError
        When a budget does not allow it now.
    """
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
    path = f"/api/v1/namespaces/{site.namespace}/pods/{pod}/eviction"
    site.cluster.kubectl("create", f"--raw={path}", "--filename=-", text=json.dumps(eviction))


def test_service_pods_may_be_drained_while_a_kernel_runs(apart: Site, ada: NamedLab, bars: Bars) -> None:
    kernel = Kernel(ada, host=ada.host)
    assert kernel.evaluate("x = 41; x + 1") == "42"
    archive = apart.url("archive")

    def read() -> None:
        answer = requests.get(f"{archive}/services/archive/tap/sync", params=_QUERY, timeout=ANSWER_S)
        answer.raise_for_status()

    def reach() -> None:
        url, headers = f"{apart.url()}/user/{ADA}/api", {"Host": ada.host}
        requests.get(url, headers=headers, timeout=IMPATIENT_S).raise_for_status()

    with watched(archive=read, lab=reach) as outages:
        _drain_archives(apart)
        for label in ("component=hub", "component=proxy"):
            (pod,) = apart.pods(label)
            _evict(apart, pod)
            apart.await_others(label, [pod])
    bars.hold(READING, outages["archive"].lasted_s)
    bars.hold(WAY, outages["lab"].lasted_s, "drained")
    assert kernel.evaluate("x + 2") == "43"


def _drain_archives(site: Site) -> None:
    """Have both archives replaced, as `kubectl drain` does: one, and the other when the budget allows it."""
    label = "app.kubernetes.io/component=archive"
    first, second = site.pods(label)
    until(lambda: _may_go(site), "the budget knows both", timeout_s=PATIENCE_S)
    _evict(site, first)
    # Where a third one answers by now, the budget is right to let the second go at once.
    if _may_be_evicted(site, second):
        assert site.pods(label).keys() - {first, second}
    else:
        until(lambda: _may_be_evicted(site, second), "the budget allows it", timeout_s=PATIENCE_S)
    site.await_others(label, {first, second})


def _may_go(site: Site) -> bool:
    return bool(site.get("poddisruptionbudget/archive")["status"].get("disruptionsAllowed") == 1)


def _may_be_evicted(site: Site, pod: str) -> bool:
    """Ask for a pod's end; say whether that is granted."""
    try:
        _evict(site, pod)
    except ClusterError as e:
        if "disruption budget" not in str(e):
            raise
        return False
    return True
