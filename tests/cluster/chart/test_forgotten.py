"""A server that the hub's database does not know any more goes on, with its kernels."""

from __future__ import annotations

import pytest
import requests

from .asking import until_told
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


@pytest.mark.parametrize("before", ["no server", "an earlier server"])
def test_a_kernel_goes_on_where_the_hub_was_set_back_to_before_its_start(
    site: Site, images: dict[str, str], before: str
) -> None:
    lab = Lab(site, STUDENTS[1])
    if before == "an earlier server":
        lab.start()
    site.kubectl("exec", "deployment/hub", "--", "/opt/astrohub/bin/python", "-c", _COPY)
    lab.stop()
    lab.start()
    pod = lab.description()["metadata"]["uid"]
    kernel = Kernel(lab)
    assert kernel.evaluate("x = 41; x + 1") == "42"
    with volumes(site, images["archive"], {"hub": "component=hub"}):
        site.kubectl("exec", "backup", "--", "mv", "/volumes/hub/earlier", "/volumes/hub/jupyterhub.sqlite")
    refused = requests.get(f"{site.url()}/hub/api/user", headers=kernel._headers, timeout=60)
    assert refused.status_code == requests.codes.forbidden  # the hub knows nothing of what came after

    def is_adopted() -> bool:
        ask_for_a_look(site)
        return 'astrohub_settled_servers_total{how="adopted"} 1.0' in figures(site)

    until_told(is_adopted, "the server is adopted")
    assert lab.browser._model(lab.name)["servers"][""]["ready"]
    assert lab.description()["metadata"]["uid"] == pod
    kernel._token = lab.token()
    assert kernel.evaluate("x + 2") == "43"
    lab.run("astrohub", "mydb", "list")  # its own token is worth something again

    def is_settled() -> bool:
        ask_for_a_look(site)
        return 'astrohub_unmatched_servers{kind="pod"} 0.0' in figures(site)

    until_told(is_settled, "every pod has its server")  # Pods of other tests may be on their way out.
    lab.stop()
    assert not [one for one in site.get("pods")["items"] if one["metadata"]["name"] == lab.pod]
