"""What goes on while the hub does not: kernels, and reading in the archive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
import requests

from ...support.waiting import until
from ..cluster import Cluster
from ..errors import ClusterError
from .asking import until_told
from .bars import LOG_IN, UNFELT, WAY, Bars
from .kernel import Kernel
from .polling import Outage, log_in, watched
from .site import PATIENCE_S, START_S, Lab, Site
from .starts import ask

#: What is sent to a proxy that has just gone may never come back; the hub's end takes no answer away.
IMPATIENT_S, ANSWER_S = 10, 60
OUTAGE_S = 60
_TIMES = 20
_QUERY = {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "csv"}


def _bright(url: str) -> str:
    query = _QUERY | {"QUERY": "SELECT COUNT(*) AS n FROM hipparcos.hip2"}
    answer = requests.get(f"{url}/services/archive/tap/sync", params=query, timeout=60)
    return answer.text if answer.ok else f"{answer.status_code}"


def _is_there(cluster: Cluster) -> bool:
    try:
        return cluster.kubectl("get", "--raw=/readyz", "--request-timeout=5s") == "ok"
    except ClusterError:
        return False


def _is_one(site: Site, component: str) -> bool:
    """Say whether there is one pod of a component, which is not about to end."""
    pods = site.get("pods", f"--selector=component={component}")["items"]
    return [pod["metadata"].get("deletionTimestamp") for pod in pods] == [None]


def _is_reached_each_time(site: Site) -> bool:
    try:
        return all(requests.get(f"{site.url()}/hub/api/", timeout=IMPATIENT_S).ok for _ in range(_TIMES))
    except requests.RequestException:
        return False


def _hub(site: Site) -> dict[str, str]:
    return site.pods("component=hub")


def _replace(site: Site, component: str) -> None:
    """End the pod of a component at once and wait until another one is ready."""
    label = f"component={component}"
    before = site.pods(label)
    site.kubectl("delete", "pod", f"--selector={label}", "--now")
    site.await_others(label, before)


@pytest.fixture
def kernel(lab: Lab) -> Kernel:
    """A kernel that remembers something."""
    kernel = Kernel(lab)
    assert kernel.evaluate("x = 41; x + 1") == "42"
    return kernel


@contextmanager
def _all_watched(lab: Lab, kernel: Kernel, answer_s: float = ANSWER_S) -> Iterator[dict[str, Outage]]:
    """Watch log-ins, the way to a Lab and its websockets; afterwards the kernel has kept its memory."""

    def reach() -> None:
        answer = requests.get(f"{lab.browser.url}/user/{lab.name}/api", timeout=answer_s)
        answer.raise_for_status()
        assert "version" in answer.json()

    def evaluate() -> None:
        assert kernel.evaluate("x + 2", timeout_s=answer_s) == "43"

    site = lab.site
    enter = partial(log_in, site.url(), "student5", site.passwords["student5"], timeout_s=IMPATIENT_S)
    with watched(log_in=enter, lab=reach, websocket=evaluate) as outages:
        yield outages


def test_an_upgrade_of_the_hub_is_not_felt_in_a_lab(lab: Lab, kernel: Kernel, site: Site, bars: Bars) -> None:
    before = _hub(site)
    with _all_watched(lab, kernel) as outages:
        site.upgrade("--set-string", "jupyterhub.hub.annotations.upgraded=yes")
    assert _hub(site) != before
    _only_log_ins_were_away(outages, bars, "upgrade")


def test_log_ins_are_back_soon_after_the_hub_is_lost(
    lab: Lab, kernel: Kernel, site: Site, bars: Bars
) -> None:
    with _all_watched(lab, kernel) as outages:
        _replace(site, "hub")
    _only_log_ins_were_away(outages, bars, "hub lost")


def _only_log_ins_were_away(outages: dict[str, Outage], bars: Bars, why: str) -> None:
    bars.hold(LOG_IN, outages["log_in"].lasted_s, why)
    for what in ("lab", "websocket"):
        bars.hold(UNFELT, outages[what].lasted_s, f"{why}, {what}")


def test_a_proxy_that_was_replaced_leads_to_every_lab_again(
    lab: Lab, kernel: Kernel, site: Site, bars: Bars
) -> None:
    with _all_watched(lab, kernel, IMPATIENT_S) as outages:
        _replace(site, "proxy")
    for what in ("lab", "websocket"):
        bars.hold(WAY, outages[what].lasted_s, what)
    assert kernel.evaluate("x + 2") == "43"


def test_servers_start_after_a_minute_without_the_api_server(
    cluster: Cluster, kernel: Kernel, site: Site
) -> None:
    if cluster.first is None:
        pytest.skip("nothing is taken away from a cluster that is not ours")
    before, after = Lab(site, "student4"), Lab(site, "student3")
    hub = _hub(site)
    # Where a pod that was replaced still stands among a service's, nobody would take it out meanwhile;
    # and one that is about to end still answers.
    until(lambda: _is_one(site, "proxy"), "the end of the proxy's earlier pods")
    until(lambda: _is_reached_each_time(site), "the proxy, by whichever address")
    began = time.monotonic()
    with ThreadPoolExecutor() as beside:
        with cluster.without("kube-apiserver"):
            # As long as stock KubeSpawner takes to give up, and then some.
            while time.monotonic() - began < OUTAGE_S:
                assert kernel.evaluate("x + 2") == "43"
            asked = beside.submit(ask, before, "any")
            until_told(lambda: bool(before.browser._model(before.name)["pending"]), "the start is pending")
        until(lambda: _is_there(cluster), "the API server", timeout_s=PATIENCE_S)
        site.await_hub()
        # The scheduler, too, takes its time to find the API server again.
        starts = ask(after, "any"), asked.result(timeout=START_S)
    assert [start.failed for start in starts] == ["", ""]
    for lab in (before, after):
        assert lab.run("id", "--user").isdigit()
        lab.stop()
    assert _hub(site) == hub


def test_anonymous_reading_goes_on_without_the_hub(site: Site) -> None:
    site.kubectl("scale", "deployment/hub", "--replicas=0")
    try:
        site.kubectl("wait", "--for=delete", "pod", "--selector=component=hub", f"--timeout={PATIENCE_S}s")
        answers = {_bright(site.url(service)) for service in ("archive", "proxy-public")}
    finally:
        site.kubectl("scale", "deployment/hub", "--replicas=1")
        site.await_hub()
    assert answers == {"n\n117955\n"} or answers == {"n\r\n117955\r\n"}


def test_a_server_that_was_stopped_finds_its_home_again(lab: Lab, site: Site) -> None:
    number = lab.run("id", "--user")
    lab.run("bash", "-c", "echo kept > ~/kept")
    old = lab.run("bash", "-c", "cat $ASTROHUB_TOKEN_FILE")
    lab.browser = site.browser(lab.name)
    lab.browser.stop_server(lab.name)
    assert not [secret for secret in site.get("secrets")["items"] if secret["metadata"]["name"] == lab.pod]
    lab.start()
    assert (lab.run("id", "--user"), lab.run("bash", "-c", "cat ~/kept")) == (number, "kept")
    assert lab.run("bash", "-c", "cat $ASTROHUB_TOKEN_FILE") != old
    refused = requests.get(
        f"{site.url()}/hub/api/user", headers={"Authorization": f"Bearer {old}"}, timeout=60
    )
    assert refused.status_code == requests.codes.forbidden
