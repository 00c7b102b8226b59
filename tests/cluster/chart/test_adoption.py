"""The archive alone, beside a JupyterHub that is already there."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ..cluster import Cluster
from .site import PATIENCE_S, Lab, Site


@pytest.fixture
def adopted(site: Site, cluster: Cluster, namespace: str, values: dict[str, Any]) -> str:
    """The address of an archive in a namespace of its own that knows another namespace's hub."""
    secret = site.get("secret", "astrohub-secrets")
    kept = {"archive.json": secret["data"]["archive.json"]}
    told = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine"}, "data": kept}
    cluster.apply(told, namespace=namespace)
    from_there = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    opened = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "adopted"},
        "spec": {
            "podSelector": {"matchLabels": {"component": "hub"}},
            "ingress": [{"from": [from_there], "ports": [{"port": 8081}]}],
        },
    }
    cluster.apply(opened, namespace=site.namespace)
    image = values["archive"]["image"]
    settings = [
        "jupyterhub.enabled=false",
        "archive.existingSecret=mine",
        f"archive.settings.hub.apiUrl=http://hub.{site.namespace}:8081/hub/api",
        f"archive.image.name={image['name']}",
        "storage.public.storageClassName=shared",
        "storage.files.storageClassName=shared",
    ]
    options = [f"--set={setting}" for setting in settings] + [
        f"--set-string=archive.image.tag={image['tag']}"
    ]
    where = ["--namespace", namespace, "--wait", f"--timeout={PATIENCE_S}s"]
    cluster.helm("install", "data", site.chart, *where, *options)
    return f"http://{cluster.get('service', 'archive', '--namespace', namespace)['spec']['clusterIP']}:8090"


def test_an_adopted_archive_knows_the_users_of_the_hub_that_was_there(adopted: str, site: Site) -> None:
    token = Lab(site, "collaborator").token()
    tables = f"{adopted}/services/archive/mydb/tables"
    known = requests.get(tables, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert known.status_code == requests.codes.ok, known.text
    unknown = requests.get(tables, headers={"Authorization": f"Bearer {token[::-1]}"}, timeout=60)
    assert unknown.status_code == requests.codes.unauthorized
