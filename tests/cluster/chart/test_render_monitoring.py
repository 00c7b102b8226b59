"""What the chart renders for Prometheus and Grafana: nothing unless asked, and what it names is there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .rendering import Render, objects, one

ON = "--set=monitoring.enabled=true"
PURGE = "--set=homes.purge.enabled=true"
#: What kube-state-metrics tells of each CronJob by its namespace and name, and computes from nothing: when a
#: run is due next, an old one tells without the CronJob's time zone.
TOLD_OF_CRONJOBS = {
    "kube_cronjob_status_last_schedule_time",
    "kube_cronjob_status_last_successful_time",
}


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule"])
def test_nothing_of_the_operators_kinds_is_there_unasked(render: Render, kind: str) -> None:
    assert kind not in render()
    assert kind in render(ON)


@pytest.mark.parametrize("part", ["hub", "archive"])
def test_a_monitor_finds_a_port_of_the_service(render: Render, part: str) -> None:
    text = render(ON)
    spec = one(text, "ServiceMonitor", part)["spec"]
    service = one(text, "Service", part)
    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert spec["endpoints"][0]["port"] in [port["name"] for port in service["spec"]["ports"]]


def test_the_figures_are_open_to_prometheus_only(render: Render) -> None:
    text = render(ON)
    rules: list[dict[str, Any]] = [
        rule
        for name in ("archive", "archive-metrics")
        for rule in one(text, "NetworkPolicy", name)["spec"]["ingress"]
    ]
    by_port = {rule["ports"][0]["port"]: rule.get("from") for rule in rules}
    assert by_port["http"] is None
    assert by_port["metrics"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ]


def test_rules_look_at_this_site_only(render: Render) -> None:
    groups = one(render(ON, PURGE), "PrometheusRule", "astrohub")["spec"]["groups"]
    assert [group["name"] for group in groups] == ["astrohub-hub", "astrohub-archive", "astrohub-homes"]
    for rule in (rule for group in groups for rule in group["rules"]):
        assert 'namespace="there"' in rule["expr"]
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_rules_of_the_purge_come_with_it_and_read_what_is_told_of_its_cronjob(render: Render) -> None:
    groups = one(render(ON), "PrometheusRule", "astrohub")["spec"]["groups"]
    assert [group["name"] for group in groups] == ["astrohub-hub", "astrohub-archive"]
    text = render(ON, PURGE)
    cron = one(text, "CronJob", "homes-purge")
    (rule,) = one(text, "PrometheusRule", "astrohub")["spec"]["groups"][-1]["rules"]
    read = re.findall(r"\b(kube_\w+)\{([^}]*)\}", rule["expr"])
    assert len(read) == rule["expr"].count("kube_")
    assert {name for name, _ in read} == TOLD_OF_CRONJOBS
    selected = f'namespace="there",cronjob="{cron["metadata"]["name"]}"'
    assert {selector for _, selector in read} == {selected}
    most_s = cron["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"]
    assert int(rule["for"].removesuffix("h")) * 3600 > most_s, "a run that is not over has not failed"


def test_a_rule_of_the_notebooks_test_waits_for_as_long_as_it_may_take(render: Render) -> None:
    text = render(ON, "--set=notebooks.enabled=true,nbtester.enabled=true,nbtester.deadlineS=7200")
    (rule,) = one(text, "PrometheusRule", "astrohub")["spec"]["groups"][-1]["rules"]
    cron = one(text, "CronJob", "nbtester")
    read = re.findall(r"\b(kube_\w+)\{([^}]*)\}", rule["expr"])
    assert {name for name, _ in read} <= TOLD_OF_CRONJOBS
    assert {selector for _, selector in read} == {f'namespace="there",cronjob="{cron["metadata"]["name"]}"'}
    assert int(rule["for"].removesuffix("s")) > cron["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"]
    assert rule["annotations"]["summary"].endswith(".")


@pytest.mark.parametrize("part", ["hub", "archive"])
def test_a_dashboard_is_whole_where_grafana_looks(render: Render, part: str) -> None:
    found = one(render(ON), "ConfigMap", f"dashboard-{part}")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    (content,) = found["data"].values()
    assert len(json.loads(content)["panels"]) > 10


def test_an_archive_alone_brings_its_own_figures_only(render: Render) -> None:
    hub = "archive.settings.hub.apiUrl=http://hub.there:8081/hub/api"
    text = render(ON, "--set=jupyterhub.enabled=false", f"--set={hub}")
    assert [o["metadata"]["name"] for o in objects(text) if o["kind"] == "ServiceMonitor"] == ["archive"]
    groups = one(text, "PrometheusRule", "astrohub")["spec"]["groups"]
    assert [group["name"] for group in groups] == ["astrohub-archive"]
