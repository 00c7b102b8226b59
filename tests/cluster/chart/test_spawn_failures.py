"""A server that cannot start says why, in plain words and soon; the next start is not spoilt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ...support.waiting import until
from .site import Lab, Site

#: A kind of server for each way to fail.
PROFILES: list[dict[str, Any]] = [
    {"slug": "good", "title": "Good", "default": True},
    {"slug": "no-image", "title": "No image", "image": "127.0.0.1:1/there-is-none:1"},
    {"slug": "no-room", "title": "No room", "memoryGuarantee": "900G", "memoryLimit": "900G"},
    {"slug": "little", "title": "Little memory", "memoryGuarantee": "16M", "memoryLimit": "24M"},
]


@pytest.fixture(scope="module")
def failing_site(site: Site) -> Iterator[Site]:
    """The site with a kind of server for each way to fail, and little patience."""
    astrohub = "jupyterhub.custom.astrohub"
    site.upgrade(
        f"--set-json={astrohub}.kubernetes.profiles={json.dumps(PROFILES)}",
        f"--set={astrohub}.servers.startTimeoutS=40",
    )
    site.await_hub()
    yield site
    site.upgrade()
    site.await_hub()


def _ask_for(lab: Lab, profile: str) -> str:
    """Ask for a server of some kind and wait until it is there or given up; return what was answered."""
    answer = lab.browser.http.post(
        f"{lab.browser.url}/hub/api/users/{lab.name}/server",
        json={"profile": profile},
        headers=lab.browser._headers,
        timeout=120,
    )
    until(lambda: not lab.browser._model(lab.name)["pending"], "the start is over", timeout_s=120)
    return answer.text


def _fails(lab: Lab, profile: str) -> str:
    """Ask for a server that cannot start; return what its page and the answer say."""
    answer = _ask_for(lab, profile)
    page = lab.browser.http.get(f"{lab.browser.url}/hub/spawn-pending/{lab.name}", timeout=30)
    return page.text + answer


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("no-image", "its image cannot be fetched"),
        ("little", "it needs more memory than it may have"),
        ("no-room", "there is no room for it now (memory is short)"),
    ],
)
def test_a_server_that_cannot_start_says_why(failing_site: Site, profile: str, said: str) -> None:
    lab = Lab(failing_site, "collaborator")
    lab.stop()
    assert said in _fails(lab, profile)
    pods = failing_site.get("pods", f"--selector=hub.jupyter.org/username={lab.name}")["items"]
    assert not [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def test_the_next_start_after_a_failure_works(failing_site: Site) -> None:
    lab = Lab(failing_site, "collaborator")
    lab.stop()
    _ask_for(lab, "little")
    _ask_for(lab, "good")
    assert lab.run("id", "--user").isdigit()
    lab.stop()
