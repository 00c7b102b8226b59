"""From the log-in through the proxy to a query from the Lab: the line that everything else hangs on."""

from __future__ import annotations

import json

import requests

from .site import PATIENCE_S, Lab, Site


def test_the_charts_own_test_passes(site: Site) -> None:
    site.await_hub()
    words = ["--namespace", site.namespace, f"--timeout={PATIENCE_S}s"]
    said = site.cluster.helm("test", site.release, *words)
    assert "Phase:          Succeeded" in said


def test_the_page_of_the_lab_comes_through_the_proxy(lab: Lab) -> None:
    page = lab.browser.get(f"/user/{lab.name}/lab")
    assert page.status_code == requests.codes.ok
    assert "@astrohub/lab" in page.text


def test_the_lab_asks_the_archive(lab: Lab) -> None:
    query = "SELECT COUNT(*) AS n FROM gaia_dr3_g10.gaia_source"
    assert lab.run("astrohub", "query", query, "--format", "csv").splitlines()[1] == "482106"


def test_the_lab_keeps_tables_of_its_own(lab: Lab) -> None:
    lab.run("astrohub", "mydb", "create", "bright", "SELECT TOP 5 name FROM openngc.objects")
    query = "SELECT COUNT(*) AS n FROM mydb.bright"
    assert lab.run("astrohub", "query", query, "--format", "csv").splitlines()[1] == "5"


def test_public_data_are_at_hand_and_cannot_be_changed(lab: Lab) -> None:
    assert "gaia_dr3_g10" in lab.run("bash", "-c", "ls $ASTROHUB_DATA")
    assert lab.fails("bash", "-c", "touch $ASTROHUB_DATA/gaia_dr3_g10/mine")


def test_two_users_have_two_numbers_and_homes_of_their_own(lab: Lab, site: Site) -> None:
    other = Lab(site, "collaborator")
    other.start()
    numbers = [int(one.run("id", "--user")) for one in (lab, other)]
    assert numbers[0] != numbers[1]
    assert min(numbers) >= 100_000
    for one in (lab, other):
        owner, mode = one.run("bash", "-c", "stat --format '%u %a' ~").split()
        assert (owner, mode) == (one.run("id", "--user"), "2770")
    lab.run("bash", "-c", "echo mine > ~/notes")
    assert other.run("ls", "/home") == "collaborator"
    other.stop()


def test_the_token_is_in_a_file_that_only_the_server_reads(lab: Lab) -> None:
    found = lab.run("bash", "-c", "stat --format '%u %a' $ASTROHUB_TOKEN_FILE")
    assert found == f"{lab.run('id', '--user')} 600"
    token = lab.run("bash", "-c", "cat $ASTROHUB_TOKEN_FILE")
    who = requests.get(
        f"{lab.site.url()}/services/archive/mydb/tables",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    assert who.status_code == requests.codes.ok


def test_no_token_is_in_what_the_cluster_shows_of_the_pod(lab: Lab) -> None:
    shown = json.dumps(lab.description())
    tokens = [
        lab.run("bash", "-c", command)
        for command in ("cat $ASTROHUB_TOKEN_FILE", "echo $JUPYTERHUB_API_TOKEN")
    ]
    assert all(len(token) >= 32 for token in tokens)
    assert not [token for token in tokens if token in shown]


def test_the_pod_has_no_right_and_no_account_of_the_cluster(lab: Lab) -> None:
    spec = lab.description()["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in (*spec["containers"], *spec["initContainers"]):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert lab.fails("ls", "/var/run/secrets/kubernetes.io")
