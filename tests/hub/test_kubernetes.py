"""User servers as pods: what the pod is given, what it may do, and what stays out of its description."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from astrohub_hub import kubernetes_settings
from astrohub_hub.cluster_spawner import without_foreign_namespace
from astrohub_hub.furnishing import Furnishing, furnish, server_environment
from astrohub_hub.kubernetes_settings import Kubernetes
from astrohub_hub.settings import Settings, SettingsError, validated
from astrohub_hub.traits import kubernetes
from kubernetes_asyncio.client import ApiClient, V1Pod
from kubespawner.objects import make_pod
from traitlets.config import Config

from ..architecture import contracts

TOKEN = "t" * 32


def _pod() -> V1Pod:
    return make_pod(
        name="jupyter-ada",
        cmd=["jupyterhub-singleuser"],
        port=8888,
        image="lab:1",
        image_pull_policy="IfNotPresent",
        uid=100_007,
        gid=100_007,
        env={"JUPYTERHUB_API_TOKEN": TOKEN, "JPY_API_TOKEN": TOKEN, "JUPYTERHUB_USER": "ada"},
    )


def _given(site: dict[str, Any] | None = None, **other: Any) -> Furnishing:
    told = {
        "user": "ada",
        "groups": frozenset[str](),
        "image": "lab:1",
        "pull_policy": "Never",
        "secret": "s",
    }
    return Furnishing(kubernetes=Kubernetes.model_validate(site or {}), **told | other)


def _furnished(given: Furnishing) -> dict[str, Any]:
    async def described() -> Any:
        async with ApiClient() as client:
            return client.sanitize_for_serialization(furnish(_pod(), given))

    return dict(asyncio.run(described())["spec"])


def _mounts(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {mount["mountPath"]: mount for mount in spec["containers"][0]["volumeMounts"]}


def test_no_token_is_in_the_description_of_a_pod() -> None:
    spec = _furnished(_given())
    assert TOKEN not in json.dumps(spec)
    environment = {variable["name"]: variable for variable in spec["containers"][0]["env"]}
    reference = {"name": "s", "key": "JUPYTERHUB_API_TOKEN"}
    assert environment["JUPYTERHUB_API_TOKEN"]["valueFrom"]["secretKeyRef"] == reference
    assert "JPY_API_TOKEN" not in environment
    assert environment["JUPYTERHUB_USER"]["value"] == "ada"


def test_a_server_sees_its_own_home_and_no_other() -> None:
    mounts = _mounts(_furnished(_given({"homes": {"claim": "files", "subPath": "home"}})))
    assert mounts["/home/ada"]["subPath"] == "home/ada"
    assert "/homes" not in mounts


def test_a_name_that_climbs_stays_among_the_homes() -> None:
    mounts = _mounts(_furnished(_given(user="../root")))
    assert mounts["/home/~2e.~2froot"]["subPath"] == "home/~2e.~2froot"


def test_the_home_is_made_as_the_user_without_any_right() -> None:
    prepare = _furnished(_given())["initContainers"][0]
    security = prepare["securityContext"]
    assert (security["runAsUser"], security["runAsGroup"], security["runAsNonRoot"]) == (
        100_007,
        100_007,
        True,
    )
    assert (security["allowPrivilegeEscalation"], security["capabilities"]) == (False, {"drop": ["ALL"]})
    assert {mount["mountPath"] for mount in prepare["volumeMounts"]} == {
        "/homes",
        "/run/astrohub",
        "/run/astrohub-token",
    }


def test_the_home_is_made_by_the_sites_image_whatever_the_user_chose() -> None:
    spec = _furnished(_given(image="site/lab:1"))
    assert (spec["initContainers"][0]["image"], spec["containers"][0]["image"]) == ("site/lab:1", "lab:1")


def test_public_data_and_notebooks_cannot_be_changed() -> None:
    site = {"publicData": {"claim": "data"}, "notebooks": {"claim": "books", "subPath": "published"}}
    mounts = _mounts(_furnished(_given(site)))
    assert mounts["/srv/astrohub/public"]["readOnly"] is True
    assert mounts["/srv/astrohub/notebooks"]["readOnly"] is True
    assert mounts["/srv/astrohub/notebooks"]["subPath"] == "published"


def test_a_mount_for_a_group_is_seen_by_its_members_only() -> None:
    site = {"mounts": [{"claim": "desi", "path": "/desi", "readOnly": False, "groups": ["desi"]}]}
    assert "/desi" not in _mounts(_furnished(_given(site)))
    member = _mounts(_furnished(_given(site, groups=frozenset({"desi", "lsst"}))))
    assert member["/desi"].get("readOnly", False) is False


def test_two_folders_of_one_volume_are_one_volume_of_the_pod() -> None:
    site = {
        "homes": {"claim": "files", "subPath": "home"},
        "publicData": {"claim": "files", "subPath": "public"},
    }
    volumes = _furnished(_given(site))["volumes"]
    assert [v["persistentVolumeClaim"]["claimName"] for v in volumes if "persistentVolumeClaim" in v] == [
        "files"
    ]


def test_a_server_finds_its_addresses_and_its_token_file() -> None:
    given = _given({"publicData": None, "notebooks": {"claim": "n"}})
    found = server_environment(given, "https://hub.example", "http://proxy-public")
    assert found["ASTROHUB_URL"] == "https://hub.example"
    assert found["ASTROHUB_INTERNAL_URL"] == "http://proxy-public"
    assert found["ASTROHUB_TOKEN_FILE"] == "/run/astrohub/token"
    assert found["ASTROHUB_NOTEBOOKS"] == "/srv/astrohub/notebooks/current"
    assert found["HOME"] == "/home/ada"
    assert "ASTROHUB_DATA" not in found


def _configured(content: dict[str, Any], **site: Any) -> Config:
    c = Config()
    c.KubeSpawner.image = "astrohub/lab-astro:1"
    c.KubeSpawner.environment = {"FROM_THE_CHART": "1"}
    c.KubeSpawner.start_timeout = 300
    kubernetes.apply(c, Settings.model_validate({**content, "kubernetes": site}))
    return c


def test_a_server_runs_without_rights_and_without_an_account_of_the_cluster(content: dict[str, Any]) -> None:
    c = _configured(content)
    assert c.KubeSpawner.container_security_context == {
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert c.KubeSpawner.pod_security_context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert c.KubeSpawner.allow_privilege_escalation is False
    assert c.KubeSpawner.automount_service_account_token is False
    assert c.KubeSpawner.delete_pvc is False


def test_what_the_charts_values_set_for_servers_stays(content: dict[str, Any]) -> None:
    c = _configured({**content, "servers": {"environment": {"OURS": "2"}}})
    assert c.KubeSpawner.environment == {"FROM_THE_CHART": "1", "OURS": "2"}
    assert c.ClusterSpawner.prepare_image == "astrohub/lab-astro:1"


PROFILES = [
    {"slug": "small", "title": "Small", "memoryLimit": "2G"},
    {"slug": "desi", "title": "DESI", "image": "desi:23.1", "cpuLimit": 2, "groups": ["desi"]},
]


def test_a_profile_for_a_group_is_offered_to_its_members_only(content: dict[str, Any]) -> None:
    settings = Settings.model_validate({**content, "kubernetes": {"profiles": PROFILES}})
    assert [p["slug"] for p in kubernetes.profile_list(settings, set())] == ["small"]
    offered = kubernetes.profile_list(settings, {"desi"})
    assert [p["kubespawner_override"] for p in offered] == [
        {"mem_limit": "2G"},
        {"image": "desi:23.1", "cpu_limit": 2},
    ]


def test_a_site_without_profiles_asks_nothing(content: dict[str, Any]) -> None:
    assert "profile_list" not in _configured(content).KubeSpawner
    assert callable(_configured(content, profiles=PROFILES).KubeSpawner.profile_list)


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ({"homes": {"claim": "files", "subPath": "../etc"}}, "kubernetes.homes.subPath is wrong"),
        ({"homes": {"claim": "files", "subpath": "home"}}, "kubernetes.homes.subpath is not a known key"),
        ({"mounts": [{"claim": "a", "path": "relative"}]}, "kubernetes.mounts.0.path is wrong"),
        ({"profiles": [{"slug": "A B", "title": "x"}]}, "kubernetes.profiles.0.slug is wrong"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(content: dict[str, Any], site: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        validated({**content, "kubernetes": site}, "values")


def test_every_setting_of_kubernetes_is_described() -> None:
    models = contracts.models_of(kubernetes_settings)
    assert Kubernetes in models
    assert [fault for model in models for fault in contracts.model_faults(model)] == []


def test_what_a_backup_remembers_of_servers_is_not_sought_in_its_namespace() -> None:
    state = {"pod_name": "jupyter-ada", "namespace": "there", "dns_name": "jupyter-ada.there"}
    assert without_foreign_namespace(state, "there") == state
    assert without_foreign_namespace(state, "here") == {"pod_name": "jupyter-ada"}
    assert without_foreign_namespace({}, "here") == {}
