"""The published collection runs in the Lab's image: each night, and before an upgrade gives it to users."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from ..errors import ClusterError
from ..places import CLONE
from .asking import until_told
from .site import Lab, Site

SERVICE = "/services/notebooks"
#: All notebooks, one after the other, on a machine that has other work.
TESTED_S = 2400
#: An upgrade that is seen when it was made, and that restarts nothing.
SCHEDULE = "0 0 2 1 *"
GATED = ("--set=nbtester.beforeUpgrade=true", f"--set-string=nbtester.schedule={SCHEDULE}")


def _notebooks(site: Site, path: str) -> Any:
    return requests.get(f"{site.url('notebooks')}{SERVICE}{path}", timeout=60).json()


def _publish(site: Site, folder: Path) -> None:
    """Make a folder the collection and wait until it is published."""
    pod = site.get("pods", "--selector=app.kubernetes.io/component=notebooks")["items"][0]["metadata"]["name"]
    before = _notebooks(site, "/health").get("current")
    source = "/srv/astrohub/notebooks/source"
    site.kubectl("cp", str(folder), f"{pod}:{source}.new")
    swap = f"rm -rf {source}.old; [ ! -e {source} ] || mv {source} {source}.old; mv {source}.new {source}"
    site.kubectl("exec", pod, "--", "bash", "-c", swap)
    until_told(
        lambda: _notebooks(site, "/health").get("current") not in {None, before},
        "the collection is published",
    )


@pytest.fixture
def tested_site(site: Site, lab: Lab) -> Site:
    """The site, whose notebook tester has somebody's token."""
    token = {"nbtester-token": base64.b64encode(lab.token().encode()).decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nbtester"}, "data": token}
    site.cluster.apply(secret, namespace=site.namespace)
    return site


def test_every_notebook_passes_the_nightly_test_in_the_labs_image(tested_site: Site) -> None:
    site = tested_site
    _publish(site, CLONE / "notebooks-latest")
    site.run_now("nbtester", timeout_s=TESTED_S)
    said = site.kubectl("logs", "job/nbtester-now", "--container=nbtester")
    notebooks = {
        str(path.relative_to(CLONE / "notebooks-latest"))
        for path in (CLONE / "notebooks-latest").rglob("*.ipynb")
    }
    shown = _notebooks(site, "/results")["notebooks"]
    assert {found["path"]: found["outcome"] for found in shown} == dict.fromkeys(notebooks, "passed"), said


def _collection(folder: Path, code: str) -> Path:
    """Write a collection of one notebook."""
    first = "__nbid__ = '9901'\n__author__ = 'A'\n__version__ = '1'\n__datasets__ = __keywords__ = []"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
    }
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [cell | {"source": first}, cell | {"id": "b", "source": code}]
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "01_Trial").mkdir(parents=True)
    (folder / "01_Trial" / "01_Trial.ipynb").write_text(json.dumps(notebook))
    return folder


def test_no_upgrade_gives_users_an_image_in_which_a_notebook_fails(tested_site: Site, tmp_path: Path) -> None:
    site = tested_site
    _publish(site, _collection(tmp_path / "broken", "raise RuntimeError('broken on purpose')"))
    with pytest.raises(ClusterError, match="nbtester-gate"):
        site.upgrade(*GATED)
    assert "broken on purpose" in site.kubectl("logs", "job/nbtester-gate")
    assert site.get("cronjob", "nbtester")["spec"]["schedule"] != SCHEDULE

    _publish(site, _collection(tmp_path / "mended", "1 + 1"))
    site.upgrade(*GATED)
    assert site.get("cronjob", "nbtester")["spec"]["schedule"] == SCHEDULE
    site.upgrade()
