"""The chart against the API server, and against what the last release of it has made."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from ..cluster import Cluster
from ..places import CLONE
from .rendering import KUBERNETES, Render, objects

EVERYTHING = (
    "ingress.enabled=true,ingress.host=a.example,notebooks.enabled=true,nbtester.enabled=true,database.enabled=true,"
    "preflight.beforeInstall=true,archive.sampleData=true"
)


def _git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", CLONE, *words], capture_output=True, check=True).stdout


def _last_release() -> str:
    """Return the last release's tag; before the first release, the commit that brought the chart."""
    try:
        return _git("describe", "--tags", "--abbrev=0", "--match=v*", "HEAD^").decode().strip()
    except subprocess.CalledProcessError:
        found = (
            _git("log", "--diff-filter=A", "--format=%H", "--", "helm/astrohub/Chart.yaml").decode().split()
        )
        return found[-1] if found else ""


@pytest.fixture
def last_chart(tmp_path: Path) -> Path:
    """The chart of the last release, as git has it."""
    try:
        release = _last_release()
        packed = _git("archive", release, "helm/astrohub") if release else b""
    except (subprocess.CalledProcessError, FileNotFoundError):
        packed = b""
    if not packed:
        pytest.skip("needs git and the history of the clone, which has the chart of the last release")
    (folder := tmp_path / "last").mkdir()
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
    return folder / "helm" / "astrohub"


@pytest.mark.parametrize("options", [(), (f"--set={EVERYTHING}",), ("classroom",), ("kubernetes",)], ids=str)
def test_the_api_server_takes_every_object(
    cluster: Cluster, namespace: str, render: Render, options: tuple[str, ...]
) -> None:
    if options and not options[0].startswith("--"):
        # Kinds of the Gateway API are not in this cluster.
        options = (
            f"--values={CLONE / 'config' / options[0] / 'values.yaml'}",
            "--set=httpRoute.enabled=false",
        )
    text = render(f"--namespace={namespace}", *options)
    words = ["apply", "--namespace", namespace, "--dry-run=server", "--validate=strict", "--filename=-"]
    said = cluster.kubectl(*words, text=text)
    assert "deployment.apps/archive created (server dry run)" in said
    assert cluster.get("deployments", "--namespace", namespace)["items"] == []


def test_an_upgrade_changes_nothing_that_the_api_server_would_refuse_to_change(
    helm: Path, last_chart: Path, render: Render
) -> None:
    words = [helm, "template", "astrohub", last_chart, "--namespace=there", f"--kube-version={KUBERNETES}"]
    before = subprocess.run([*map(str, words)], capture_output=True, text=True, check=True).stdout
    known = {_name(found): found for found in objects(render())}
    for old in objects(before):
        new = known.get(_name(old))
        assert new is not None, f"{_name(old)} is gone: say so in the upgrade notes"
        if old["kind"] == "Deployment":
            assert new["spec"]["selector"] == old["spec"]["selector"]
        if old["kind"] == "PersistentVolumeClaim":
            assert new["spec"] == old["spec"]


def _name(described: dict[str, Any]) -> tuple[str, str]:
    return described["kind"], described["metadata"]["name"]
