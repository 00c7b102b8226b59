"""The hub's records and the cluster's pods agree: what is on one side only is settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from ..pods import pod
from .asking import until_told
from .conftest import STUDENTS
from .figures import ask_for_a_look, figures
from .groups import ADMINISTRATOR
from .site import Lab, Site


@pytest.fixture(scope="module")
def impatient(site: Site) -> Iterator[Site]:
    """The site, where a pod without a server is soon given up."""
    site.upgrade("--set=jupyterhub.custom.astrohub.kubernetes.orphanS=5")
    site.await_hub()
    yield site
    site.upgrade()
    site.await_hub()


def _agrees(site: Site) -> bool:
    ask_for_a_look(site)
    said = figures(site)
    return all(f'astrohub_unmatched_servers{{kind="{kind}"}} 0.0' in said for kind in ("pod", "server"))


def _pods(site: Site) -> list[str]:
    found = site.get("pods", "--selector=component=singleuser-server")["items"]
    return [one["metadata"]["name"] for one in found if "deletionTimestamp" not in one["metadata"]]


def test_a_pod_of_no_server_goes_and_those_of_servers_stay(impatient: Site, lab: Lab) -> None:
    name = "jupyter-nobody"
    orphan = pod(name, labels={"component": "singleuser-server"})
    impatient.cluster.apply(orphan, namespace=impatient.namespace)

    def is_settled() -> bool:
        return _agrees(impatient) and name not in _pods(impatient)

    until_told(is_settled, "hub and cluster agree")
    assert lab.pod in _pods(impatient)
    assert requests.get(f"{lab.browser.url}/user/{lab.name}/api", timeout=60).ok


def test_a_server_whose_pod_is_gone_is_written_off_and_its_home_stays(impatient: Site) -> None:
    lab = Lab(impatient, "collaborator")
    lab.start()
    lab.run("bash", "-c", "echo kept > ~/kept-by-reconciler")
    impatient.kubectl("delete", "pod", lab.pod, "--now")

    def is_settled() -> bool:
        return _agrees(impatient) and not lab.browser._model(lab.name)["servers"]

    until_told(is_settled, "hub and cluster agree")
    lab.start()
    assert lab.run("bash", "-c", "cat ~/kept-by-reconciler") == "kept"
    lab.stop()


def test_removing_somebody_removes_no_home(impatient: Site) -> None:
    lab = Lab(impatient, STUDENTS[2])
    lab.start()
    lab.run("bash", "-c", "echo kept > ~/kept")
    lab.stop()
    administrator = impatient.browser(ADMINISTRATOR)
    address = f"{administrator.url}/hub/api/users/{lab.name}"
    assert administrator.http.delete(address, headers=administrator._headers, timeout=60).ok
    again = Lab(impatient, lab.name)
    again.start()
    assert again.run("bash", "-c", "cat ~/kept") == "kept"
    again.stop()
