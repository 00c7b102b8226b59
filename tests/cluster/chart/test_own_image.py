"""A collaboration's own image, as images/README.md says: its members get it and its kernel, nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ..cluster import Cluster
from ..places import CACHE, CLONE
from ..report import Report
from ..supply.buildah import build, buildah
from .asking import until_told
from .groups import in_group
from .kernel import Kernel
from .site import Lab, Site
from .starts import ask

GROUP, PROFILE, TITLE = "survey", "survey-2026-2", "Survey, release 2026.2"
NAME = "astrohub.test/survey-lab:2026.2"
#: The environment of its kernel: that of the Lab, with a package of its own.
ENVIRONMENT = {
    "pyvenv.cfg": "home = /usr/bin\ninclude-system-site-packages = false\n",
    "lib/python3.11/site-packages/survey.py": "__version__ = '2026.2'\n",
    "lib/python3.11/site-packages/lab.pth": "/opt/astrohub/lib/python3.11/site-packages\n",
}


def _example(kind: str) -> str:
    """Return the last example of a kind in the README of images."""
    text = (CLONE / "images" / "README.md").read_text()
    return str(re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)[-1])


def _context(folder: Path, base: str) -> Path:
    """Put together what the collaboration builds."""
    lines = _example("dockerfile").splitlines()
    (folder / "Dockerfile").write_text("\n".join([f"FROM {base}", *lines[1:]]))
    (folder / "kernel.json").write_text(_example("json"))
    for name, content in ENVIRONMENT.items():
        (file := folder / "survey-2026.2" / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (folder / "survey-2026.2" / "bin").mkdir()
    (folder / "survey-2026.2" / "bin" / "python").symlink_to("/usr/bin/python3")
    return folder


@pytest.fixture(scope="module")
def survey(
    cluster: Cluster, images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The image, on the node."""
    if cluster.first is None:
        pytest.skip("an image that is built here cannot be put onto nodes of a cluster that is not ours")
    with Report().step("Image of a collaboration"):
        build(NAME, _context(tmp_path_factory.mktemp("survey"), images["lab-astro"]))
        cluster.load_built_image(NAME, CACHE / "survey.tar")
    (CACHE / "survey.tar").unlink()
    yield NAME
    buildah("rmi", NAME)


@pytest.fixture(scope="module")
def offering_site(site: Site, survey: str) -> Iterator[Site]:
    """The site, where the image is offered to a group."""
    profiles = [
        {"slug": "standard", "title": "Standard", "default": True},
        {"slug": PROFILE, "title": TITLE, "image": survey, "groups": [GROUP]},
    ]
    site.upgrade(f"--set-json=jupyterhub.custom.astrohub.kubernetes.profiles={json.dumps(profiles)}")
    site.await_hub()
    yield site
    site.upgrade()
    site.await_hub()


@pytest.fixture
def person(offering_site: Site) -> Lab:
    """Somebody without a server."""
    lab = Lab(offering_site, "collaborator")
    lab.stop()
    return lab


def _image(lab: Lab) -> str:
    (server,) = [c for c in lab.description()["spec"]["containers"] if c["name"] == "notebook"]
    return str(server["image"])


def test_a_member_gets_the_image_and_its_kernel_runs(person: Lab, survey: str) -> None:
    with in_group(person.site, person.name, GROUP):
        assert TITLE in person.browser.get("/hub/spawn").text
        assert ask(person, PROFILE).failed == ""
        assert _image(person) == survey
        kernel = Kernel(person, "survey-2026.2")
        assert kernel.evaluate("import survey; survey.__version__") == "'2026.2'"
        assert Kernel(person).evaluate("1 + 1") == "2"
        person.stop()
    # Who has left the group does not get it again.
    assert "no server of the kind that was chosen" in ask(person, PROFILE).failed


def test_nobody_else_sees_the_image_or_gets_it_by_asking_for_it(
    person: Lab, survey: str, images: dict[str, str]
) -> None:
    browser = person.browser
    page = browser.get("/hub/spawn").text
    assert "Standard" in page
    assert TITLE not in page
    assert "no server of the kind that was chosen" in ask(person, PROFILE).failed
    form = {"profile": PROFILE, "_xsrf": browser._xsrf("/hub/")}
    answer = browser.http.post(f"{browser.url}/hub/spawn", data=form, timeout=60)
    assert TITLE not in answer.text
    # The start of the form goes on after its answer: whoever asks for another meanwhile is told of that one.
    until_told(lambda: not browser._model(person.name)["pending"], "the start that is refused is over")
    forged = {
        "profile": "standard",
        "image": survey,
        "kubespawner_override": {"image": survey},
        "profile-option-standard-image": survey,
        "profile-option-standard-image--unlisted-choice": survey,
    }
    asked = browser.http.post(
        f"{browser._api(person.name)}/server", json=forged, headers=browser._headers, timeout=60
    )
    assert asked.status_code in {requests.codes.created, requests.codes.accepted}, asked.text
    browser.start_server(person.name)
    assert _image(person) == images["lab-astro"]
    person.stop()
