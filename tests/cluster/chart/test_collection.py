"""The published collection runs in the Lab's image as each night, and the notebook service shows how."""

from __future__ import annotations

import base64
from typing import Any

import requests

from ...support.waiting import until
from ..places import CLONE
from .site import PATIENCE_S, Lab, Site

SERVICE = "/services/notebooks"


def _notebooks(site: Site, path: str) -> Any:
    return requests.get(f"{site.url('notebooks')}{SERVICE}{path}", timeout=30).json()


def _publish_the_collection(site: Site) -> None:
    pod = site.get("pods", "--selector=app.kubernetes.io/component=notebooks")["items"][0]["metadata"]["name"]
    folder = "/srv/astrohub/notebooks/source"
    site.kubectl("cp", str(CLONE / "notebooks-latest"), f"{pod}:{folder}.new")
    site.kubectl("exec", pod, "--", "mv", f"{folder}.new", folder)
    until(
        lambda: _notebooks(site, "/health").get("current"),
        "the collection is published",
        timeout_s=PATIENCE_S,
    )


def _job_is_over(site: Site, name: str) -> bool:
    status = site.get("job", name)["status"]
    return bool(status.get("succeeded") or status.get("failed"))


def test_every_notebook_passes_the_nightly_test_in_the_labs_image(site: Site, lab: Lab) -> None:
    _publish_the_collection(site)
    token = {"nbtester-token": base64.b64encode(lab.token().encode()).decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nbtester"}, "data": token}
    site.cluster.apply(secret, namespace=site.namespace)
    site.kubectl("create", "job", "nbtester-now", "--from=cronjob/nbtester")
    until(lambda: _job_is_over(site, "nbtester-now"), "the collection has been tested", timeout_s=600)
    said = site.kubectl("logs", "job/nbtester-now", "--container=nbtester")
    notebooks = {
        str(path.relative_to(CLONE / "notebooks-latest"))
        for path in (CLONE / "notebooks-latest").rglob("*.ipynb")
    }
    shown = _notebooks(site, "/results")["notebooks"]
    assert {found["path"]: found["outcome"] for found in shown} == dict.fromkeys(notebooks, "passed"), said
