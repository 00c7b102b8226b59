"""The chart's values: each described, none unknown, none of them a secret, and what must agree agrees."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "astrohub"
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
#: z2jh's chart checks what is its own.
FOREIGN = ("jupyterhub", "global")


def test_the_schema_is_fresh() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "helm/values_schema.py"], capture_output=True, text=True, check=True
    )
    assert json.loads(made.stdout) == SCHEMA, (
        "run `python helm/values_schema.py > helm/astrohub/values.schema.json`"
    )


def _part(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference; what stands beside it counts too."""
    if reference := schema.get("$ref"):
        _, kind, name = reference.split("/", 2)
        return {**SCHEMA[kind][name], **schema}
    return schema


def _faults(values: Mapping[str, Any], schema: Mapping[str, Any], where: str = "") -> Iterator[str]:
    known = _part(schema).get("properties", {})
    for key, value in values.items():
        path = f"{where}.{key}".lstrip(".")
        if key not in known:
            if _part(schema).get("additionalProperties") is False:
                yield f"{path} is in values.yaml and not in the schema"
            continue
        described = _part(known[key])
        if not described.get("title") or not described.get("description"):
            yield f"{path} has no title or no description in helm/values_own.yaml"
        if isinstance(value, Mapping) and "properties" in described and path.split(".")[0] not in FOREIGN:
            yield from _faults(value, described, path)


def test_every_value_is_described() -> None:
    assert list(_faults(VALUES, SCHEMA)) == []


@pytest.mark.parametrize("spoilt", [{"archive": {"replica": 1}}, {"surprise": 1}])
def test_a_value_that_nobody_described_is_found(spoilt: dict[str, Any]) -> None:
    assert len(list(_faults(spoilt, SCHEMA))) == 1


def test_what_can_be_set_can_be_seen_in_the_values() -> None:
    missing = [
        f"{part}.{key}"
        for part, schema in SCHEMA["properties"].items()
        if part not in FOREIGN
        for key in _part(schema).get("properties", {})
        if key not in VALUES[part]
    ]
    assert missing == []


def test_no_secret_can_be_given_as_a_value() -> None:
    text = json.dumps(SCHEMA)
    assert "writeOnly" not in text
    assert "apiToken" not in text
    assert "authToken" not in text


def test_the_hub_and_the_claims_agree_from_the_start() -> None:
    kubernetes = VALUES["jupyterhub"]["custom"]["astrohub"]["kubernetes"]
    assert kubernetes["homes"] == {"claim": "astrohub-files", "subPath": "home"}
    assert kubernetes["publicData"]["subPath"] == VALUES["storage"]["public"]["folder"]


def test_the_packed_chart_is_the_one_that_chart_yaml_names_and_brings_its_licence() -> None:
    (dependency,) = yaml.safe_load((CHART / "Chart.yaml").read_text())["dependencies"]
    packed = CHART / "charts" / f"{dependency['name']}-{dependency['version']}.tgz"
    with tarfile.open(packed) as archive:
        licence = archive.extractfile("jupyterhub/LICENSE")
        assert licence is not None
        assert b"Redistribution and use in source and binary forms" in licence.read()
    assert hashlib.sha256(packed.read_bytes()).hexdigest() in (CHART / "README.md").read_text()


@pytest.mark.parametrize("template", sorted((CHART / "templates").rglob("*.*")), ids=lambda path: path.name)
def test_a_template_is_short_and_holds_no_program(template: Path) -> None:
    text = template.read_text()
    assert len(text.splitlines()) <= 120
    assert "python -c" not in text
    assert "sh -c" not in text


@pytest.mark.parametrize("site", ["kubernetes", "classroom"])
def test_an_example_site_sets_only_what_is_known(site: str) -> None:
    values = yaml.safe_load((ROOT / "config" / site / "values.yaml").read_text())
    assert list(_faults(values, SCHEMA)) == []
