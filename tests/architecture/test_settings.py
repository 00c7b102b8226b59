"""Every setting has a title and a description, and a key that is not known stops the start."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from . import contracts
from .tree import MEMBERS, ROOT, kept_files, read

SETTINGS = [
    package
    for folder, package in MEMBERS.items()
    if re.search(r"class \w+\((Base)?Model\)", read(Path(folder) / package / "settings.py") or "")
]
LAB_SCHEMAS = [path for path in kept_files(".json") if path.parent == Path("extensions/schema")]


def test_hub_and_archive_mirror_their_settings() -> None:
    assert {"astrohub_hub", "astrohub_archive"} <= set(SETTINGS)


@pytest.mark.parametrize("package", SETTINGS)
def test_every_field_is_described_and_every_model_closed(package: str) -> None:
    models = contracts.models_of(importlib.import_module(f"{package}.settings"))
    faults = [fault for model in models for fault in contracts.model_faults(model)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", LAB_SCHEMAS, ids=str)
def test_every_setting_of_the_lab_is_described(path: Path) -> None:
    faults = contracts.schema_faults(str(path), json.loads((ROOT / path).read_text()))
    assert not faults, "\n".join(faults)


class _Open(BaseModel):
    port: int = Field(title="Port", description="Where.")


class _Undescribed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    port: int


class _Snake(BaseModel):
    model_config = ConfigDict(extra="forbid")
    public_port: int = Field(title="Port", description="Where.")


class _Loose(BaseModel):
    model_config = ConfigDict(extra="forbid")
    token: str = Field(title="Token", description="Who.")


class _Good(BaseModel):
    model_config = ConfigDict(extra="forbid")
    port: int = Field(title="Port", description="Where.")


@pytest.mark.parametrize("model", [_Open, _Undescribed, _Snake, _Loose])
def test_a_loose_model_is_found(model: type[BaseModel]) -> None:
    assert len(contracts.model_faults(model)) == 1
    assert not contracts.model_faults(_Good)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {}},
        {"additionalProperties": False, "properties": {"a": {"title": "A"}}},
        {"additionalProperties": False, "properties": {}, "$defs": {"b": {"properties": {}}}},
    ],
)
def test_a_loose_schema_is_found(schema: dict[str, object]) -> None:
    assert contracts.schema_faults("a", schema)
    assert not contracts.schema_faults("a", {"additionalProperties": False, "properties": {}})
