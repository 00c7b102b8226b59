"""What goes on while the hub does not: kernels, and reading in the archive."""

from __future__ import annotations

import requests

from .kernel import Kernel
from .site import Lab, Site

_QUERY = {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "csv"}


def _bright(url: str) -> str:
    query = _QUERY | {"QUERY": "SELECT COUNT(*) AS n FROM hipparcos.hip2"}
    answer = requests.get(f"{url}/services/archive/tap/sync", params=query, timeout=60)
    return answer.text if answer.ok else f"{answer.status_code}"


def test_an_upgrade_keeps_a_running_kernel(lab: Lab, site: Site) -> None:
    kernel = Kernel(lab)
    assert kernel.evaluate("x = 41; x + 1") == "42"
    before = site.get("pod", "--selector=component=hub")["items"][0]["metadata"]["uid"]
    site.upgrade("--set-string", "jupyterhub.hub.annotations.upgraded=yes")
    after = site.get("pod", "--selector=component=hub")["items"][0]["metadata"]["uid"]
    assert before != after
    assert kernel.evaluate("x + 2") == "43"


def test_anonymous_reading_goes_on_without_the_hub(site: Site) -> None:
    site.kubectl("scale", "deployment/hub", "--replicas=0")
    try:
        site.kubectl("wait", "--for=delete", "pod", "--selector=component=hub", "--timeout=60s")
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
        f"{site.url()}/hub/api/user", headers={"Authorization": f"Bearer {old}"}, timeout=30
    )
    assert refused.status_code == requests.codes.forbidden
