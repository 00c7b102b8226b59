"""A server that the hub's database does not know any more goes on, with its kernels."""

from __future__ import annotations

import requests

from ...support.waiting import until
from .conftest import STUDENTS
from .figures import ask_for_a_look, figures
from .kernel import Kernel
from .site import Lab, Site
from .volumes import volumes

_COPY = """
import sqlite3
folder = "/srv/jupyterhub/"
sqlite3.connect(folder + "jupyterhub.sqlite").backup(sqlite3.connect(folder + "earlier"))
"""
_PATIENCE_S = 90


def test_a_kernel_goes_on_where_the_hub_was_set_back_to_before_its_start(
    site: Site, images: dict[str, str]
) -> None:
    lab = Lab(site, STUDENTS[1])
    site.kubectl("exec", "deployment/hub", "--", "/opt/astrohub/bin/python", "-c", _COPY)
    lab.start()
    pod = lab.description()["metadata"]["uid"]
    kernel = Kernel(lab)
    assert kernel.evaluate("x = 41; x + 1") == "42"
    with volumes(site, images["archive"], {"hub": "component=hub"}):
        site.kubectl("exec", "backup", "--", "mv", "/volumes/hub/earlier", "/volumes/hub/jupyterhub.sqlite")
    refused = requests.get(f"{site.url()}/hub/api/user", headers=kernel._headers, timeout=60)
    assert refused.status_code == requests.codes.forbidden  # the hub knows nothing of what came after

    def is_known() -> bool:
        ask_for_a_look(site)
        return bool(lab.browser._model(lab.name)["servers"].get("", {}).get("ready"))

    until(is_known, "the server is known again", timeout_s=_PATIENCE_S)
    assert lab.description()["metadata"]["uid"] == pod
    kernel._token = lab.token()
    assert kernel.evaluate("x + 2") == "43"
    lab.run("astrohub", "mydb", "list")  # its own token is worth something again
    said = figures(site)
    assert 'astrohub_settled_servers_total{how="adopted"} 1.0' in said
    assert 'astrohub_unmatched_servers{kind="pod"} 0.0' in said
    lab.stop()
    assert not [one for one in site.get("pods")["items"] if one["metadata"]["name"] == lab.pod]
