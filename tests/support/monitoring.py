"""Which figures the chart's dashboards and alert rules read, and which a program tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

__all__ = ["dashboard", "expressions", "labels_told", "metrics_told", "metrics_used", "rules"]

_FOLDER = Path(__file__).parents[2] / "helm" / "astrohub" / "monitoring"
_METRIC = re.compile(r"\b((?:jupyterhub|astrohub|process)_[a-z_]+)(?:\{([^}]*)\})?")
#: What Prometheus itself adds to what it scrapes, and to histograms.
GIVEN_LABELS = frozenset({"namespace", "service", "pod", "le"})


def dashboard(part: str) -> dict[str, Any]:
    """Return the dashboard of a part."""
    content: dict[str, Any] = json.loads((_FOLDER / f"{part}.json").read_text(encoding="utf-8"))
    return content


def rules(part: str) -> list[dict[str, Any]]:
    """Return the alert rules of a part."""
    groups = yaml.safe_load((_FOLDER / "rules.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups if group["name"] == f"astrohub-{part}" for rule in group["rules"]]


def expressions(part: str) -> Iterator[str]:
    """Yield every expression of a part's dashboard and rules."""
    for panel in dashboard(part)["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in rules(part))


def metrics_used(part: str) -> dict[str, set[str]]:
    """Return the names of figures that are read, each with the labels by which it is selected."""
    used: dict[str, set[str]] = {}
    for expression in expressions(part):
        for name, selector in _METRIC.findall(expression):
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
            used.setdefault(name, set()).update(labels - GIVEN_LABELS)
    return used


def metrics_told(text: str) -> set[str]:
    """Return the names of figures in what a program tells, whether or not there is a number yet."""
    told: set[str] = set()
    for family in text_string_to_metric_families(text):
        endings = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}.get(family.type, ("",))
        told |= {f"{family.name}{ending}" for ending in endings}
    return told


def labels_told(text: str, name: str) -> set[str]:
    """Return the labels that a figure carries."""
    return {
        label
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
        for label in sample.labels
    }
