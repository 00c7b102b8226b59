"""A server that cannot start says why, in plain words and soon; the next start is not spoilt."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ...support.waiting import until
from ..errors import ClusterError
from ..supply.images import DEBIAN
from .bars import CRASH, CUT_OFF, IMAGE, ROOM, VOLUME, Bar, Bars
from .conftest import STUDENTS
from .figures import figures
from .groups import in_group
from .registry import DENIED, NONE, SLOW, apply_registry
from .site import PATIENCE_S, Lab, Site
from .starts import Start, ask

#: A kind of server for each way to fail.
PROFILES: list[dict[str, Any]] = [
    {"slug": "good", "title": "Good", "default": True},
    {"slug": "no-image", "title": "No image", "image": NONE},
    {"slug": "denied", "title": "Denied", "image": DENIED},
    {"slug": "no-registry", "title": "No registry", "image": "127.0.0.1:1/there-is-none:1"},
    {"slug": "slow", "title": "Slow", "image": SLOW},
    {"slug": "no-lab", "title": "No Lab", "image": DEBIAN},
    {"slug": "no-room", "title": "No room", "memoryGuarantee": "900G", "memoryLimit": "900G"},
    {"slug": "little", "title": "Little memory", "memoryGuarantee": "16M", "memoryLimit": "24M"},
    {"slug": "forbidden", "title": "Forbidden", "image": "forbidden.invalid/lab:1"},
]
MOUNTS = [
    {"claim": "not-there", "path": "/srv/missing", "groups": ["missing"]},
    {"claim": "no-class", "path": "/srv/unbound", "groups": ["unbound"]},
]
#: Seconds that waiting for room and for an image may take here.
WAIT_S = 8


@pytest.fixture(scope="module")
def failing_site(site: Site) -> Iterator[Site]:
    """The site with a kind of server for each way to fail, and little patience."""
    apply_registry(site.cluster, site.namespace)
    astrohub = "jupyterhub.custom.astrohub"
    site.upgrade(
        f"--set-json={astrohub}.kubernetes.profiles={json.dumps(PROFILES)}",
        f"--set-json={astrohub}.kubernetes.mounts={json.dumps(MOUNTS)}",
        f"--set={astrohub}.kubernetes.roomTimeoutS={WAIT_S},{astrohub}.kubernetes.imageTimeoutS={WAIT_S}",
    )
    site.await_hub()
    yield site
    site.kubectl("delete", "pod/registry", "--wait=false")
    site.upgrade()
    site.await_hub()


@pytest.fixture
def person(failing_site: Site) -> Lab:
    """Somebody without a server."""
    lab = Lab(failing_site, "collaborator")
    lab.stop()
    return lab


def _is_clean(site: Site, name: str) -> bool:
    pods = site.get("pods", f"--selector=hub.jupyter.org/username={name}")["items"]
    secrets = [s for s in site.get("secrets")["items"] if s["metadata"]["name"] == f"jupyter-{name}"]
    return not [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]] and not secrets


def _fails(lab: Lab, profile: str, said: str) -> Start:
    """Ask for a server that cannot start: API and page say why, and nothing stays behind."""
    start = ask(lab, profile)
    assert said in start.failed
    page = lab.browser.http.get(f"{lab.browser.url}/hub/spawn-pending/{lab.name}", timeout=60)
    assert said.split(":")[0] in html.unescape(page.text)
    until(lambda: _is_clean(lab.site, lab.name), "nothing is left of the start", timeout_s=PATIENCE_S)
    return start


@pytest.mark.parametrize(
    ("profile", "said", "bar"),
    [
        ("gone", "this site has no server of the kind that was chosen. Choose another kind of server", CRASH),
        ("no-image", "its image cannot be fetched: there is none of this name. Choose another kind", IMAGE),
        ("denied", "its image cannot be fetched: its registry does not let us have it", IMAGE),
        ("no-registry", "its image cannot be fetched. Choose another kind", IMAGE),
        ("no-lab", "its image is none for a Lab: a program that starts it is missing", CRASH),
        ("little", "it needs more memory than it may have. Choose a kind of server with more memory", CRASH),
    ],
)
def test_a_server_that_cannot_start_says_why(
    person: Lab, bars: Bars, profile: str, said: str, bar: Bar
) -> None:
    bars.hold(bar, _fails(person, profile, said).seconds, profile)


def test_waiting_for_room_is_told_at_once_and_ends_with_what_is_short(person: Lab, bars: Bars) -> None:
    said = "there is no room for it now (memory is short)"
    start = _fails(person, "no-room", said)
    bars.hold(ROOM, start.when(f"Your server waits: {said}"))
    assert start.seconds >= WAIT_S


def test_a_slow_image_is_told_while_it_is_fetched(person: Lab) -> None:
    start = _fails(person, "slow", f"its image was not fetched within {WAIT_S} s")
    assert start.when("Your server waits: its image is being fetched") < start.seconds


def test_settings_of_ones_own_that_end_the_lab_are_quoted(person: Lab, bars: Bars) -> None:
    ask(person, "good")
    folder, file = "~/.jupyter", "~/.jupyter/jupyter_server_config.py"
    # It goes away with the first start that it spoils.
    spoilt = "import os; os.remove(__file__); raise SystemExit('my own settings are wrong')"
    person.run("bash", "-c", f'mkdir -p {folder} && echo "{spoilt}" > {file}')
    person.stop()
    start = _fails(person, "good", "it stopped while it started: my own settings are wrong")
    bars.hold(CRASH, start.seconds, "settings of one's own")
    ask(person, "good")
    assert person.run("id", "--user").isdigit()
    person.stop()


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("missing", "its volume not-there is not there"),
        ("unbound", "its volume no-class cannot be made"),
    ],
)
def test_a_volume_that_cannot_be_had_is_named(
    failing_site: Site, person: Lab, bars: Bars, group: str, said: str
) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "no-class"},
        "spec": {
            "storageClassName": "there-is-none",
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "1Mi"}},
        },
    }
    failing_site.cluster.apply(claim, namespace=failing_site.namespace)
    with in_group(failing_site, person.name, group):
        bars.hold(VOLUME, _fails(person, "good", said).seconds, group)


def test_a_home_that_cannot_be_used_is_told(failing_site: Site, bars: Bars) -> None:
    lab = Lab(failing_site, STUDENTS[1])
    in_archive, home = ("exec", "deployment/archive", "--"), f"/srv/astrohub/files/home/{lab.name}"
    failing_site.kubectl(
        *in_archive, "bash", "-c", f"[ ! -e {home} ] || mv {home} {home}.$RANDOM; touch {home}"
    )
    start = _fails(lab, "good", "your home cannot be prepared: Your home is not a folder")
    bars.hold(CRASH, start.seconds, "home")
    failing_site.kubectl(*in_archive, "rm", home)


def test_a_quota_that_is_used_up_is_told(failing_site: Site, person: Lab, bars: Bars) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "full"},
        "spec": {"hard": {"count/pods": "1"}},
    }
    failing_site.cluster.apply(quota, namespace=failing_site.namespace)
    try:
        until(
            lambda: "used" in failing_site.get("quota", "full")["status"],
            "the quota counts",
            timeout_s=PATIENCE_S,
        )
        start = _fails(person, "good", "the site's quota is used up. Try again when others have stopped")
        bars.hold(CRASH, start.seconds, "quota")
    finally:
        failing_site.kubectl("delete", "quota/full")


def _policy(namespace: str) -> list[dict[str, Any]]:
    """Return a rule of the cluster that allows no image of `forbidden` in a namespace."""
    rule = "!object.spec.containers.exists(c, c.image.startsWith('forbidden'))"
    group, name = "admissionregistration.k8s.io/v1", {"name": f"no-forbidden-{namespace}"}
    pods = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    return [
        {
            "apiVersion": group,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": name,
            "spec": {
                "matchConstraints": {"resourceRules": [pods]},
                "validations": [{"expression": rule, "message": "No images of others"}],
            },
        },
        {
            "apiVersion": group,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": name,
            "spec": {"policyName": name["name"], "validationActions": ["Deny"], "matchResources": here},
        },
    ]


def test_a_rule_of_the_cluster_is_quoted(failing_site: Site, person: Lab, bars: Bars) -> None:
    policy = _policy(failing_site.namespace)
    failing_site.cluster.apply(*policy)

    def is_enforced() -> bool:
        try:
            failing_site.kubectl("run", "trial", "--image=forbidden.invalid/a", "--dry-run=server")
        except ClusterError as e:
            return "No images of others" in str(e)
        return False

    try:
        until(is_enforced, "the rule is enforced", timeout_s=PATIENCE_S)
        start = _fails(person, "forbidden", "the cluster's rules do not allow it: No images of others")
        bars.hold(CRASH, start.seconds, "admission")
    finally:
        name = policy[0]["metadata"]["name"]
        both = "validatingadmissionpolicy,validatingadmissionpolicybinding"
        failing_site.kubectl("delete", both, name)


def test_a_server_that_cannot_reach_the_hub_says_so(failing_site: Site, person: Lab, bars: Bars) -> None:
    before = failing_site.get("networkpolicy", "singleuser")["spec"]["egress"]
    cut = [{"op": "replace", "path": "/spec/egress", "value": []}]
    failing_site.kubectl("patch", "networkpolicy", "singleuser", "--type=json", f"--patch={json.dumps(cut)}")
    try:
        start = _fails(person, "good", "it cannot reach the hub. Tell the operator that the network")
        bars.hold(CUT_OFF, start.seconds)
    finally:
        cut[0]["value"] = before
        words = ("patch", "networkpolicy", "singleuser", "--type=json", f"--patch={json.dumps(cut)}")
        failing_site.kubectl(*words)


def _hub(site: Site) -> tuple[str, int]:
    pod = site.get("pod", "--selector=component=hub")["items"][0]
    return pod["metadata"]["uid"], pod["status"]["containerStatuses"][0]["restartCount"]


def test_five_people_whose_servers_fail_do_not_restart_the_hub(failing_site: Site) -> None:
    before = _hub(failing_site)
    people = [Lab(failing_site, name) for name in STUDENTS]
    with ThreadPoolExecutor(len(people)) as together:
        starts = list(together.map(lambda lab: ask(lab, "no-image"), people))
    assert all("its image cannot be fetched" in start.failed for start in starts)
    assert _hub(failing_site) == before


def test_the_next_start_after_all_failures_works(person: Lab) -> None:
    ask(person, "good")
    assert person.run("id", "--user").isdigit()
    person.stop()


def test_every_cause_is_counted(failing_site: Site) -> None:
    said = figures(failing_site)
    causes = {
        "image",
        "image_slow",
        "container",
        "out_of_memory",
        "no_room",
        "crash",
        "volume",
        "home",
        "quota",
        "admission",
        "profile",
        "cut_off",
    }
    counted = {
        cause
        for cause in causes
        if f'jupyterhub_server_spawn_duration_seconds_count{{reason="{cause}",status="failure"}}' in said
    }
    assert counted == causes
