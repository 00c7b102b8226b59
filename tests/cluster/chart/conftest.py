"""One site for all tests of the chart, and one Lab."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.admin import secret_manifest

from ..cluster import Cluster
from ..places import CLONE
from ..report import Report
from ..supply.binaries import build_binaries
from .bars import Bars
from .groups import ADMINISTRATOR
from .our_images import images_on_node
from .rendering import Render, rendered
from .site import PATIENCE_S, START_S, Lab, Site

#: The first test waits for images, chart and sample data.
TIMEOUT_S = 3000
#: Nothing is done by night while tests run: at the first moment of a year there is no test.
NEVER = "0 0 1 1 *"
#: What a notebook may take on a machine that has other work.
_NOTEBOOK = {"cellTimeoutS": 1200, "startupTimeoutS": PATIENCE_S}
STUDENTS = tuple(f"student{number}" for number in range(1, 6))
PEOPLE = ("researcher", "collaborator", ADMINISTRATOR, *STUDENTS)
_BARS = pytest.StashKey[Bars]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test of this folder the time that its site may need."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what took how long at the end, where it is not lost."""
    if bars := config.stash.get(_BARS, None):
        terminalreporter.section("bars of a quiet machine, and what was measured")
        for line in bars.table():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def bars(request: pytest.FixtureRequest) -> Bars:
    """Measurements of this run."""
    return request.config.stash.setdefault(_BARS, Bars())


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm, built when the cache does not have it."""
    return build_binaries(Report()) / "helm"


@pytest.fixture(scope="session")
def render(helm: Path) -> Render:
    """Render the chart with options of helm."""
    return partial(rendered, helm)


@pytest.fixture(scope="session")
def images(cluster: Cluster) -> dict[str, str]:
    """Our images, on the node."""
    return images_on_node(cluster, Report())


@pytest.fixture(scope="session")
def values(images: dict[str, str]) -> dict[str, Any]:
    """What the chart is told here: our images, sample data, a folder of the node as storage."""
    name_and_tag = {
        image: dict(zip(("name", "tag"), name.rsplit(":", 1), strict=True)) for image, name in images.items()
    }
    return {
        "jupyterhub": {
            "hub": {"image": name_and_tag["hub"]},
            "proxy": {"chp": {"image": name_and_tag["proxy"]}},
            "singleuser": {"image": name_and_tag["lab-astro"], "memory": {"limit": "2G"}},
            "custom": {"astrohub": {"servers": {"startTimeoutS": START_S}}},
        },
        "archive": {"image": name_and_tag["archive"], "sampleData": True},
        "notebooks": {
            "enabled": True,
            "image": name_and_tag["archive"],
            "settings": {"source": {"kind": "folder", "path": "/srv/astrohub/notebooks/source"}},
        },
        "nbtester": {
            "enabled": True,
            "existingSecret": "nbtester",
            "schedule": NEVER,
            "settings": _NOTEBOOK,
        },
        "homes": {"purge": {"enabled": True, "schedule": NEVER}},
        "storage": {
            "public": {"storageClassName": "shared", "size": "1Gi"},
            "files": {"storageClassName": "shared", "size": "1Gi"},
            "work": {"size": "1Gi"},
            "notebooks": {"storageClassName": "shared", "size": "1Gi"},
        },
    }


@pytest.fixture(scope="session")
def site(
    cluster: Cluster, values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """An installed site that answers."""
    namespace = f"site-{secrets.token_hex(4)}"
    passwords = {name: secrets.token_urlsafe(12) for name in PEOPLE}
    file = tmp_path_factory.mktemp("chart") / "values.json"
    file.write_text(json.dumps(values))
    installed = Site(cluster, namespace, "astrohub", str(CLONE / "helm" / "astrohub"), str(file), passwords)
    cluster.kubectl("create", "namespace", namespace)
    try:
        manifest = secret_manifest("astrohub-secrets", passwords, frozenset({ADMINISTRATOR}))
        cluster.apply(manifest, namespace=namespace)
        words = ["--namespace", namespace, "--values", str(file), "--wait", f"--timeout={PATIENCE_S}s"]
        with Report().step("The chart, installed and ready"):
            cluster.helm("install", installed.release, installed.chart, *words)
        yield installed
    finally:
        cluster.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture(scope="session")
def lab(site: Site) -> Lab:
    """The Lab of the researcher, running."""
    lab = Lab(site, "researcher")
    with Report().step("A Lab, from log-in to ready"):
        lab.start()
    return lab
