"""What the chart renders, without a cluster: the same each time, refused where it could not work."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
import yaml

from ..places import CLONE
from .rendering import CHART, Render, objects, one


def test_the_linter_finds_nothing(helm: Path) -> None:
    done = subprocess.run([helm, "lint", "--strict", CHART], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_rendering_twice_gives_the_same(render: Render) -> None:
    assert render() == render()


def test_no_secret_is_made_by_rendering(render: Render) -> None:
    secrets = [o for o in objects(render()) if o["kind"] == "Secret"]
    assert [secret["metadata"]["name"] for secret in secrets] == ["hub"]
    told = {key: base64.b64decode(value).decode() for key, value in secrets[0]["data"].items()}
    told.pop("values.yaml")
    assert set(told.values()) == {"in-the-existing-secret", "0" * 64}


def test_an_archive_that_never_gets_ready_keeps_no_node_from_being_emptied(render: Render) -> None:
    budget = one(render(), "PodDisruptionBudget", "archive")["spec"]
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")


def test_a_site_without_a_hub_of_its_own_gets_the_archive_alone(render: Render) -> None:
    options = [
        "--set=jupyterhub.enabled=false",
        "--set=archive.settings.hub.apiUrl=http://hub.jhub:8081/hub/api",
    ]
    text = render(*options)
    assert {o["metadata"]["name"] for o in objects(text) if o["kind"] == "Deployment"} == {"archive"}
    settings = yaml.safe_load(one(text, "ConfigMap", "archive")["data"]["archive.yaml"])
    assert settings["hub"]["apiUrl"] == "http://hub.jhub:8081/hub/api"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("jupyterhub.enabled=false", "archive.settings.hub.apiUrl"),
        ("jupyterhub.hub.existingSecret=other", 'names the Secret "astrohub-secrets"'),
        ("jupyterhub.custom.astrohub.publicUrl=https://a.example/x", "hub.baseUrl is"),
        ("storage.files.existingClaim=mine", "homes.claim is not the claim of storage.files"),
        ("storage.public.folder=other", "publicData.subPath is not storage.public.folder"),
        ("archive.replicas=2", "need storage.work with ReadWriteMany"),
        ("archive.replica=2", "additional properties 'replica' not allowed"),
        ("archive.settings.engine.quickWorker=2", "additional properties 'quickWorker' not allowed"),
        ("archive.settings.hub.apiToken=secret", "additional properties 'apiToken' not allowed"),
        ("jupyterhub.hub.config.JupyterHub.subdomain_host=https://b.example", "subdomain_host is"),
        ("nbtester.enabled=true", "nbtester.enabled needs notebooks.enabled"),
        ("nbtester.schedule=at night", "does not match pattern"),
        ("homes.purge.schedule=nightly", "does not match pattern"),
        ("ingress.enabled=true", "Say under which name the site is reached"),
    ],
)
def test_what_could_not_work_is_refused_in_a_sentence(render: Render, option: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        render("--set", option)


@pytest.mark.parametrize(("site", "more"), [("kubernetes", {"notebooks", "nbtester"}), ("classroom", set())])
def test_an_example_site_renders(render: Render, site: str, more: set[str]) -> None:
    text = render("--values", CLONE / "config" / site / "values.yaml")
    assert {"hub", "proxy", "archive", *more} <= {o["metadata"]["name"] for o in objects(text)}


def test_the_archive_is_reached_past_the_hubs_proxy(render: Render) -> None:
    text = render(
        "--set=ingress.enabled=true,ingress.host=a.example,httpRoute.enabled=true,httpRoute.gateway.name=public",
        "--set=notebooks.enabled=true,jupyterhub.hub.baseUrl=/x/,jupyterhub.custom.astrohub.publicUrl=https://a.example/x",
    )
    expected = [
        ("/x/services/archive", "archive"),
        ("/x/services/notebooks", "notebooks"),
        ("/x", "proxy-public"),
    ]
    paths = one(text, "Ingress", "astrohub")["spec"]["rules"][0]["http"]["paths"]
    assert [(path["path"], path["backend"]["service"]["name"]) for path in paths] == expected
    rules = one(text, "HTTPRoute", "astrohub")["spec"]["rules"]
    assert [(r["matches"][0]["path"]["value"], r["backendRefs"][0]["name"]) for r in rules] == expected
    settings = yaml.safe_load(one(text, "ConfigMap", "archive")["data"]["archive.yaml"])
    assert settings["prefix"] == "/x/services/archive"
    assert settings["hub"]["apiUrl"] == "http://hub:8081/x/hub/api"


def test_names_of_users_lead_to_their_servers_only(render: Render) -> None:
    url = "https://a.example"
    text = render(
        "--set=ingress.enabled=true,ingress.host=a.example,ingress.tlsSecret=t,httpRoute.enabled=true",
        "--set=httpRoute.gateway.name=public,httpRoute.hostnames={a.example}",
        f"--set=jupyterhub.custom.astrohub.publicUrl={url},jupyterhub.hub.config.JupyterHub.subdomain_host={url}",
    )
    ingress = one(text, "Ingress", "astrohub")["spec"]
    assert ingress["tls"][0]["hosts"] == ["a.example", "*.a.example"]
    wildcard = next(rule for rule in ingress["rules"] if rule["host"] == "*.a.example")
    assert [path["backend"]["service"]["name"] for path in wildcard["http"]["paths"]] == ["proxy-public"]
    route = one(text, "HTTPRoute", "astrohub-users")["spec"]
    assert (route["hostnames"], route["parentRefs"]) == (["*.a.example"], [{"name": "public"}])
    assert route["rules"][0]["backendRefs"] == [{"name": "proxy-public", "port": 80}]
    assert "subdomains: true" in one(text, "ConfigMap", "preflight")["data"]["preflight.yaml"]


def test_settings_in_the_values_win_over_what_the_chart_knows(render: Render) -> None:
    text = render("--set=archive.settings.workDir=/elsewhere")
    settings = yaml.safe_load(one(text, "ConfigMap", "archive")["data"]["archive.yaml"])
    assert (settings["workDir"], settings["publicData"]) == ("/elsewhere", "/srv/astrohub/public")


def test_the_charts_own_database_answers_hub_and_archive_only(render: Render) -> None:
    text = render("--set=database.enabled=true")
    rules = one(text, "NetworkPolicy", "postgresql")["spec"]["ingress"]
    peers = [peer["podSelector"]["matchLabels"] for rule in rules for peer in rule["from"]]
    pods = {
        name: one(text, "Deployment", name)["spec"]["template"]["metadata"]["labels"]
        for name in ("archive", "hub")
    }
    assert all(peer.items() <= pod.items() for peer, pod in zip(peers, pods.values(), strict=True))


def test_a_database_of_the_sites_own_is_told_without_its_password(render: Render) -> None:
    url = "postgresql+psycopg2://archive@db.example.org/archive"
    text = render(f"--set=archive.database.url={url},archive.existingSecret=mine")
    settings = yaml.safe_load(one(text, "ConfigMap", "archive")["data"]["archive.yaml"])
    assert (settings["databaseUrl"], settings["databasePasswordFile"]) == (
        url,
        "/etc/astrohub/secret/database-password",
    )
    volumes = one(text, "Deployment", "archive")["spec"]["template"]["spec"]["volumes"]
    secret = next(volume["secret"] for volume in volumes if volume["name"] == "secret")
    assert secret["secretName"] == "mine"
    assert {"key": "archive.database.password", "path": "database-password"} in secret["items"]
    with pytest.raises(ValueError, match="does not match pattern"):
        render("--set=archive.database.url=postgresql+psycopg2://archive:secret@db.example.org/archive")


def test_every_pod_of_ours_runs_without_rights(render: Render) -> None:
    text = render("--set=notebooks.enabled=true,nbtester.enabled=true,archive.sampleData=true")
    pods = [one(text, "Deployment", name)["spec"]["template"]["spec"] for name in ("archive", "notebooks")]
    pods.append(
        one(render("--set=database.enabled=true"), "Deployment", "postgresql")["spec"]["template"]["spec"]
    )
    pods.append(one(text, "CronJob", "nbtester")["spec"]["jobTemplate"]["spec"]["template"]["spec"])
    pods.append(one(text, "Pod", "test-archive")["spec"])
    for pod in pods:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in (*pod["containers"], *pod.get("initContainers", [])):
            may = container["securityContext"]
            assert may["capabilities"] == {"drop": ["ALL"]}
            assert (may["allowPrivilegeEscalation"], may["readOnlyRootFilesystem"]) == (False, True)


def test_homes_are_deleted_each_night_only_if_the_values_say_so(render: Render) -> None:
    assert "homes-purge" not in render()
    text = render("--set=homes.purge.enabled=true,homes.purge.schedule=@daily")
    cron = one(text, "CronJob", "homes-purge")["spec"]
    assert cron["schedule"] == "@daily"
    job = cron["jobTemplate"]["spec"]
    assert job["activeDeadlineSeconds"] < 86_400, "a run that hangs ends before the next is due"
    (container,) = job["template"]["spec"]["containers"]
    words = ["astrohub-admin", "homes", "--claim=astrohub-files", "--folder=home", "purge"]
    *asked, within = container["args"]
    assert asked == words
    left_s = job["activeDeadlineSeconds"] - int(within.removeprefix("--within="))
    assert 300 <= left_s <= 900, "it ends, and has told what it did, before the Job's pod is deleted"
    rules = one(text, "Role", "homes-purge")["rules"]
    assert {name for rule in rules for name in rule["resources"]} == {"pods", "pods/log"}


def test_values_of_a_chart_that_knew_no_homes_render(render: Render) -> None:
    text = render("--set=homes=null")
    assert "homes-purge" not in text
    with pytest.raises(ValueError, match=r"Say when homes are purged: homes\.purge\.schedule"):
        render("--set=homes.purge.schedule=null,homes.purge.enabled=true")


def test_pods_of_the_hubs_image_run_and_are_fetched_as_the_hub_is(render: Render) -> None:
    text = render(
        "--set=homes.purge.enabled=true,jupyterhub.imagePullSecrets={regcred},jupyterhub.hub.nodeSelector.pool=core",
        "--set=jupyterhub.hub.image.pullSecrets={hubs},jupyterhub.hub.tolerations[0].key=ours",
    )
    hub = one(text, "Deployment", "hub")["spec"]["template"]["spec"]
    assert hub["imagePullSecrets"] == [{"name": "hubs"}, {"name": "regcred"}]
    assert "hub.jupyter.org/dedicated" in [bears["key"] for bears in hub["tolerations"]]
    purge = one(text, "CronJob", "homes-purge")["spec"]["jobTemplate"]["spec"]
    preflight = one(text, "Job", "test-preflight")["spec"]
    for job in (purge, preflight):
        pod = job["template"]["spec"]
        for same in ("imagePullSecrets", "nodeSelector", "tolerations"):
            assert pod[same] == hub[same]
    probes = one(text, "ConfigMap", "preflight")["data"]["preflight.yaml"]
    assert yaml.safe_load(probes)["pullSecrets"] == ["hubs", "regcred"]


def test_no_sentence_of_the_schema_has_become_a_key() -> None:
    def keys(part: object) -> list[str]:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        mine = [str(key) for key in part] if isinstance(part, dict) else []
        return mine + [key for one in inner for key in keys(one)]

    assert [
        key for key in keys(yaml.safe_load((CLONE / "helm" / "values_own.yaml").read_text())) if " " in key
    ] == []


def test_the_collection_runs_in_every_image_that_an_upgrade_would_give_to_users(render: Render) -> None:
    profiles = (
        '[{"slug": "a", "title": "A", "default": true}, {"slug": "b", "title": "B", "image": "survey-lab:1"}]'
    )
    options = (
        "--set=notebooks.enabled=true,nbtester.enabled=true",
        f"--set-json=jupyterhub.custom.astrohub.kubernetes.profiles={profiles}",
    )
    assert "nbtester-gate" not in render(*options)
    job = one(render(*options, "--set=nbtester.beforeUpgrade=true"), "Job", "nbtester-gate")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    pod = job["spec"]["template"]["spec"]
    tested = [*pod["initContainers"], *pod["containers"]]
    assert [container["image"] for container in tested] == ["astrohub/lab-astro:0.1.0", "survey-lab:1"]
    assert {tuple(container["args"][:2]) for container in tested} == {("nbtester", "run")}
