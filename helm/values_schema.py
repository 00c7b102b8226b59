"""Prints the chart's values.schema.json: its own part and the settings of hub, archive, notebooks, tester."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["values_schema"]

CLONE = Path(__file__).resolve().parents[1]
OWN = CLONE / "helm" / "values_own.yaml"
#: Where in the values the settings of a part lie -> their schema, as the part has printed it.
PARTS: dict[tuple[str, ...], str] = {
    ("jupyterhub", "custom", "astrohub"): "docs/reference/hub_settings_generated.json",
    ("archive", "settings"): "services/archive/settings_schema_generated.json",
    ("notebooks", "settings"): "services/notebooks/settings_schema_generated.json",
    ("nbtester", "settings"): "docs/reference/nbtester_settings_generated.json",
}


def values_schema() -> dict[str, Any]:
    """Merge the chart's own schema with those of the parts.

    What holds a secret is left out: secrets are in the site's Secret, never among the values. Nothing is
    required, since the values are completed by what the chart and the Secret know.
    """
    schema: dict[str, Any] = yaml.safe_load(OWN.read_text(encoding="utf-8"))
    definitions: dict[str, Any] = {}
    for path, file in PARTS.items():
        part = json.loads((CLONE / file).read_text(encoding="utf-8"))
        name = path[0] if path[0] != "jupyterhub" else "hub"
        for key, value in part.pop("$defs", {}).items():
            definitions[f"{name}.{key}"] = _without_secrets(value, name)
        place = schema
        for key in path[:-1]:
            place = place["properties"][key]
        described = place["properties"][path[-1]]
        place["properties"][path[-1]] = {**_without_secrets(part, name), **described}
    return {**schema, "$defs": definitions}


def _without_secrets(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_without_secrets(item, name) for item in part]
    if not isinstance(part, Mapping):
        return part
    made = {key: _without_secrets(value, name) for key, value in part.items() if key != "required"}
    if isinstance(reference := made.get("$ref"), str):
        made["$ref"] = reference.replace("#/$defs/", f"#/$defs/{name}.")
    if isinstance(mapping := made.get("discriminator"), Mapping):
        made["discriminator"] = {"propertyName": mapping["propertyName"]}
    if isinstance(properties := made.get("properties"), dict):
        made["properties"] = {key: value for key, value in properties.items() if not _is_secret(value)}
    return made


def _is_secret(value: Any) -> bool:
    options = value.get("anyOf", [value]) if isinstance(value, Mapping) else []
    return any(option.get("writeOnly") for option in options if isinstance(option, Mapping))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(values_schema(), indent=2) + "\n")
