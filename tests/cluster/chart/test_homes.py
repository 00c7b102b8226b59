"""A home is removed on purpose only, and comes back: by pods in the cluster, on the real volume."""

from __future__ import annotations

import pytest

from ..errors import ClusterError
from .conftest import STUDENTS
from .site import Lab, Site


def _homes(site: Site, *words: str) -> str:
    return site.kubectl("exec", "deployment/hub", "--", "astrohub-admin", "homes", *words)


@pytest.fixture
def owner(site: Site) -> Lab:
    """Somebody without a server, who keeps something in a folder that only the owner can open."""
    lab = Lab(site, STUDENTS[4])
    lab.start()
    lab.run("bash", "-c", "mkdir -m 700 ~/closed && echo kept > ~/closed/file")
    with pytest.raises(ClusterError, match=f"A server of '{lab.name}' is there"):
        _homes(site, "delete", lab.name, f"--yes-delete-the-home-of={lab.name}")
    lab.stop()
    return lab


def test_a_home_is_moved_aside_brought_back_and_deleted_for_good_when_its_time_is_over(
    site: Site, owner: Lab
) -> None:
    name, sure = owner.name, f"--yes-delete-the-home-of={owner.name}"
    with pytest.raises(ClusterError, match="To remove it: astrohub-admin homes delete"):
        _homes(site, "delete", name)
    assert "It is moved aside and kept until" in _homes(site, "delete", name, sure)
    assert _homes(site, "purge") == "No home's time is over.\n"
    assert _homes(site, "restore", name) == f"The home of '{name}' is back.\n"
    owner.start()
    assert owner.run("bash", "-c", "cat ~/closed/file") == "kept"
    owner.stop()
    _homes(site, "delete", name, sure, "--keep-days=0")
    assert site.run_now("homes-purge")
    said = site.kubectl("logs", "job/homes-purge-now").splitlines()
    assert said == [
        f"Deleted for good: {name}.",
        "1 of 1 homes whose time is over are deleted for good.",
    ]
    assert _homes(site, "list") == "No home is kept that was moved aside.\n"
    owner.start()
    assert owner.fails("bash", "-c", "test -e ~/closed")
    owner.stop()
    assert site.get("pods", "--selector=app.kubernetes.io/component=homes")["items"] == []
