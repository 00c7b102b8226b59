"""A drill: what the guide says of backup and restore brings tokens and tables back in another namespace."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
import yaml

from ..cluster import Cluster
from ..places import CLONE
from .site import PATIENCE_S, Lab, Site

POD = CLONE / "config" / "kubernetes" / "backup-pod.yaml"
SERVICES = ("deployment/hub", "deployment/archive")


def _with_volumes(site: Site, image: dict[str, str]) -> None:
    """Take hub and archive away and start the pod that sees their volumes."""
    site.kubectl("scale", *SERVICES, "--replicas=0")
    site.kubectl("wait", "--for=delete", "pod", "--selector=component=hub", f"--timeout={PATIENCE_S}s")
    archive = "--selector=app.kubernetes.io/component=archive"
    site.kubectl("wait", "--for=delete", "pod", archive, f"--timeout={PATIENCE_S}s")
    pod = yaml.safe_load(POD.read_text())
    pod["spec"]["containers"][0]["image"] = f"{image['name']}:{image['tag']}"
    site.cluster.apply(pod, namespace=site.namespace)
    site.kubectl("wait", "--for=condition=Ready", "pod/backup", f"--timeout={PATIENCE_S}s")


def _back_to_work(site: Site) -> None:
    site.kubectl("delete", "pod", "backup")
    site.kubectl("scale", *SERVICES, "--replicas=1")
    for service in SERVICES:
        site.kubectl("rollout", "status", service, f"--timeout={PATIENCE_S}s")
    site.await_hub()


def _tar(site: Site, *words: str, **streams: Any) -> None:
    """Run tar in the pod with the volumes, its stream from or to a file here."""
    through = ["--stdin"] if "stdin" in streams else []
    kubectl = [*site.cluster.kubectl_command, "--namespace", site.namespace, "exec", *through, "backup", "--"]
    subprocess.run(
        [*kubectl, "tar", "-C", "/volumes", *words], env=site.cluster.variables, check=True, **streams
    )


def _tables(site: Site, token: str) -> str:
    url = f"{site.url('archive')}/services/archive/mydb/tables"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60).text


def test_a_backup_brings_tokens_and_tables_back(
    lab: Lab, cluster: Cluster, namespace: str, values: dict[str, Any], tmp_path: Path
) -> None:
    site = lab.site
    lab.run("astrohub", "mydb", "create", "kept", "SELECT TOP 5 name FROM openngc.objects")
    token = lab.token()
    image = values["archive"]["image"]
    saved, secret = tmp_path / "site.tar", site.get("secret", "astrohub-secrets")
    _with_volumes(site, image)
    with saved.open("wb") as file:
        _tar(site, "--numeric-owner", "--exclude=tmp/workers", "-cf", "-", ".", stdout=file)
    _back_to_work(site)

    told = values | {"notebooks": {"enabled": False}, "nbtester": {"enabled": False}}
    told["archive"] = values["archive"] | {"sampleData": False}
    (tmp_path / "values.json").write_text(json.dumps(told))
    again = replace(site, namespace=namespace, values=str(tmp_path / "values.json"))
    kept = {key: secret[key] for key in ("apiVersion", "kind", "type", "data")}
    cluster.apply(kept | {"metadata": {"name": "astrohub-secrets"}}, namespace=namespace)
    words = ["--namespace", namespace, "--values", again.values, "--wait", f"--timeout={PATIENCE_S}s"]
    cluster.helm("install", again.release, again.chart, *words)
    _with_volumes(again, image)
    with saved.open("rb") as file:
        _tar(again, "--numeric-owner", "--same-permissions", "-xf", "-", stdin=file)
    _back_to_work(again)

    assert "kept" in _tables(again, token)
