"""Preflight's judgements: what each check says of what it saw, and what it tells the operator to do."""

from __future__ import annotations

import io
import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.admin import main
from astrohub_hub.preflight import probe
from astrohub_hub.preflight.checks.address import check_address, judge_certificate
from astrohub_hub.preflight.checks.api import judge_clock, judge_version
from astrohub_hub.preflight.checks.images import judge_image
from astrohub_hub.preflight.checks.memory import judge_memory
from astrohub_hub.preflight.checks.network import judge_names, judge_policy, judge_reach, node_clock
from astrohub_hub.preflight.checks.quota import amount, judge_quota
from astrohub_hub.preflight.checks.secret import judge_secret
from astrohub_hub.preflight.checks.storage import judge_volume, kinds
from astrohub_hub.preflight.findings import Finding, exit_code, fine, problem, skipped, tell, write_json
from astrohub_hub.preflight.manifests import Maker
from astrohub_hub.preflight.settings import PreflightSettings, Server, Volume, read_settings
from astrohub_hub.preflight.trying import Outcome

FILES = Volume(name="files", claim="astrohub-files", storage_class="nfs")
WORK = Volume(name="work", claim="astrohub-work", access_modes=("ReadWriteOnce",))
SITE = PreflightSettings(public_url="https://hub.example.org", probe_image="astrohub/hub:1")


def _quota(resource: str, hard: str, used: str) -> dict[str, Any]:
    return {
        "metadata": {"name": "team"},
        "spec": {},
        "status": {"hard": {resource: hard}, "used": {resource: used}},
    }


@pytest.mark.parametrize(
    ("finding", "said", "cure"),
    [
        (judge_version("v1.27.3"), "Kubernetes is v1.27.3, 1.28", "Upgrade the cluster"),
        (judge_clock("the clock of the node a", 31), "31 s ahead of", "chrony"),
        (judge_clock("the clock of the node a", -31), "31 s behind", "chrony"),
        (
            judge_image("hub:1", Outcome(trouble="its image cannot be fetched")),
            "hub:1: its image",
            "crictl pull hub:1",
        ),
        (judge_reach("10.0.0.1:8080", "timed out", is_pod=True), "does not reach another pod", "plug-in"),
        (judge_reach("archive:8090", "refused"), "does not reach archive:8090: refused", "policies"),
        (judge_reach("kubernetes.default.svc:443", "timed out"), "the API server: timed out", "kube-proxy"),
        (judge_names("kubernetes.default.svc", "not known"), "does not resolve in a pod", "kube-system"),
        (judge_policy(held=False), "does not enforce network policies", "Calico"),
        (judge_policy(held=False, others=["open"]), "opened here by: open", "remove open"),
        (
            judge_quota(
                _quota("requests.memory", "2Gi", "1800Mi"), [Server(name="big", memory_guarantee="1G")], 1
            ),
            "leaves 0.2Gi of requests.memory, 1 server(s) of the kind big need 1.0Gi",
            "Raise requests.memory",
        ),
        (
            judge_quota(_quota("pods", "10", "8"), [Server(name="any")], 3),
            "leaves 2 of pods",
            "ResourceQuota team",
        ),
        (judge_secret("mine", None, ()), "there is no Secret mine", "astrohub-admin secret"),
        (judge_secret("mine", frozenset({"a"}), ("a", "b")), "the Secret mine lacks b", "Add them"),
        (
            judge_volume("files", FILES, 'storageclass "nfs" not found'),
            "storage class nfs",
            "kubectl get storageclass",
        ),
        (
            judge_volume("files", FILES, "what one pod wrote the other did not see"),
            "did not see",
            "ReadWriteMany",
        ),
        (
            judge_volume("work", WORK, "nothing provisions the claim"),
            "the default storage class",
            "provisioner",
        ),
        (
            judge_certificate("hub.example.org", None, "has expired"),
            "refused: has expired",
            "must name hub.example",
        ),
        (
            judge_certificate("preflight-check.h.example", None, "mismatch"),
            "mismatch",
            "one for *.h.example does",
        ),
    ],
)
def test_a_problem_is_said_with_its_cure(finding: Finding, said: str, cure: str) -> None:
    assert said in finding.said
    assert cure in finding.cure
    assert exit_code([fine("x", "y"), finding]) == 1


@pytest.mark.parametrize(
    "finding",
    [
        judge_version("v1.34.4-eks-1"),
        judge_clock("a clock", 2),
        judge_image("hub:1", Outcome(pod={"status": {}})),
        judge_reach("archive:8090", ""),
        judge_names("kubernetes.default.svc", ""),
        judge_policy(held=True),
        judge_memory("a", all_end=False),
        judge_quota(_quota("requests.memory", "4Gi", "1Gi"), [Server(name="big", memory_guarantee="2G")], 1),
        judge_quota(_quota("count/jobs.batch", "1", "1"), [Server(name="big")], 1),
        judge_secret("mine", frozenset({"a", "b"}), ("a",)),
        judge_volume("files", FILES, ""),
        judge_certificate("hub.example.org", datetime.now(UTC) + timedelta(days=60)),
    ],
    ids=lambda finding: finding.said,
)
def test_what_is_as_it_must_be_needs_no_cure(finding: Finding) -> None:
    assert (exit_code([finding]), finding.cure) == (0, "")


def test_a_certificate_that_ends_soon_is_a_warning_and_no_problem() -> None:
    finding = judge_certificate("hub.example.org", datetime.now(UTC) + timedelta(days=3, hours=1))
    assert finding.said == "the certificate of hub.example.org ends in 3 days"
    assert exit_code([finding]) == 0


def test_a_node_that_ends_whole_servers_for_want_of_memory_is_a_warning() -> None:
    finding = judge_memory("large-1", all_end=True)
    assert "on the node large-1 a kernel that takes too much memory ends the whole server" in finding.said
    assert "singleProcessOOMKill: true" in finding.cure
    assert exit_code([finding]) == 0


def test_an_image_that_was_fetched_tells_its_digest() -> None:
    status = {"containerStatuses": [{"imageID": "registry.example/hub@sha256:abc"}]}
    assert judge_image("registry.example/hub:1", Outcome(pod={"status": status})).said.endswith(
        "add @sha256:abc to its tag"
    )


@pytest.mark.parametrize(
    ("told", "took_s", "ahead_s"), [(1000.4, 3, 0), (1003.9, 3, 0), (970.0, 3, -30), (1064.0, 3, 60)]
)
def test_a_nodes_clock_is_wrong_only_beyond_what_the_pod_took(
    told: float, took_s: float, ahead_s: float
) -> None:
    pod = {"metadata": {"creationTimestamp": "1970-01-01T00:16:40Z"}}
    assert node_clock(pod, told, took_s) == ahead_s


@pytest.mark.parametrize(
    ("text", "value"), [("100m", 0.1), ("2", 2), ("1Gi", 2**30), ("1G", 1e9), ("1e3", 1000), ("0.5", 0.5)]
)
def test_quantities_are_read(text: str, value: float) -> None:
    assert amount(text) == pytest.approx(value)


def test_volumes_of_one_kind_are_tried_once() -> None:
    public = FILES.model_copy(update={"name": "public"})
    assert list(kinds([FILES, public, WORK])) == ["files, public", "work"]


def test_the_answer_puts_problems_last_and_counts_them() -> None:
    out = io.StringIO()
    tell([problem("b", "bad", "do it"), fine("a", "good"), skipped("c", "not now")], out)
    assert out.getvalue().splitlines() == [
        "ok       a: good",
        "skipped  c: not now",
        "problem  b: bad",
        "           → do it",
        "1 problem in 3 findings",
    ]


def test_a_program_gets_json() -> None:
    out = io.StringIO()
    write_json([problem("b", "bad", "do it")], out)
    assert json.loads(out.getvalue()) == {
        "ok": False,
        "findings": [{"check": "b", "state": "problem", "said": "bad", "cure": "do it"}],
    }


def test_settings_are_read_out_of_the_charts_configmap() -> None:
    text = "kind: ConfigMap\ndata:\n  preflight.yaml: |\n    publicUrl: https://a.example\n"
    text += "    probeImage: hub:1\n"
    assert read_settings(io.StringIO(text)).public_url == "https://a.example"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("publicUrl: https://a\n", "Wrong settings: probeImage: Field required."),
        ("publicUrl: https://a\nprobeImage: a\nuser: 2\n", "Wrong settings: user: "),
        ("a: [", "The settings are not YAML."),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preflight.yaml"
    file.write_text(text)
    assert main(["preflight", "--config", str(file)]) == 2
    assert capsys.readouterr().err.startswith(said)


def test_without_a_cluster_nothing_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("kubernetes_asyncio", reason="needs what the hub has in a cluster")
    monkeypatch.setattr(
        "kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none")
    )
    file = tmp_path / "preflight.yaml"
    file.write_text("publicUrl: https://a.example\nprobeImage: a\n")
    assert main(["preflight", "--config", str(file)]) == 2
    assert "set KUBECONFIG" in capsys.readouterr().err


async def test_an_address_of_this_machine_only_is_not_looked_at() -> None:
    (finding,) = await check_address(SITE.model_copy(update={"public_url": "http://127.0.0.1:8000"}))
    assert finding.state == "skipped"


async def test_names_below_the_sites_are_looked_at_where_users_have_them() -> None:
    site = SITE.model_copy(update={"public_url": "https://localhost.invalid", "subdomains": True})
    findings = await check_address(site)
    assert [finding.cure for finding in findings] == [
        "Make a DNS record for localhost.invalid.",
        "Make a DNS record for *.localhost.invalid.",
    ]


def test_probes_run_without_any_right() -> None:
    pod = Maker(SITE, "abc").probe("look", "look")
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert pod["spec"]["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def _seen(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert probe.main(words) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_probe_says_what_it_reaches(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        open_, closed = f"127.0.0.1:{server.getsockname()[1]}", "127.0.0.1:1"
        seen = _seen(capsys, "look", f"connect={open_}", f"connect={closed}", "name=localhost")
    assert seen["reached"][open_] == ""
    assert "refused" in seen["reached"][closed]
    assert seen["names"] == {"localhost": ""}


def test_the_probe_tells_whether_it_is_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert _seen(capsys, "held", f"127.0.0.1:{server.getsockname()[1]}", "0") == {"held": False}
    assert _seen(capsys, "held", "127.0.0.1:1", "0") == {"held": True}


@pytest.mark.parametrize(("faults", "held"), [(["timed out", ""], False), (["timed out"] * 2, True)])
def test_the_probe_takes_a_single_connection_that_fails_for_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], faults: list[str], held: bool
) -> None:
    said = iter(faults * 2)
    monkeypatch.setattr(probe, "_fault", lambda _target: next(said))
    assert _seen(capsys, "held", "127.0.0.1:1", "0") == {"held": held}
    assert bool(_seen(capsys, "look", "connect=127.0.0.1:1")["reached"]["127.0.0.1:1"]) is held


@pytest.mark.parametrize(("told", "all_end"), [("1\n", True), ("0\n", False), (None, False)])
def test_the_probe_tells_whether_a_container_ends_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], told: str | None, all_end: bool
) -> None:
    if told is not None:
        (tmp_path / "memory.oom.group").write_text(told)
    assert _seen(capsys, "memory", str(tmp_path)) == {"allEnd": all_end}


def test_two_probes_see_each_others_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "shared")
    other = threading.Thread(target=probe.main, args=(["share", folder, "b", "a", "200"],))
    other.start()
    assert probe.main(["share", folder, "a", "b", "200"]) == 0
    other.join()
    assert capsys.readouterr().out.count('"shared": true') == 2
    assert probe.main(["tidy", folder]) == 0
    assert not Path(folder).exists()


def test_a_probe_that_is_alone_on_its_volume_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = _seen(capsys, "share", str(tmp_path / "s"), "a", "b", "0")
    assert seen == {"shared": False, "fault": "what one pod wrote the other did not see"}
