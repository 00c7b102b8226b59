"""Settings and generated contracts: what is described, what is closed, what is fresh."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from pydantic import BaseModel

__all__ = ["model_faults", "models_of", "schema_faults"]


def models_of(module: ModuleType) -> list[type[BaseModel]]:
    """List the pydantic models that a module defines."""
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, BaseModel) and value.__module__ == module.__name__
    ]


def model_faults(model: type[BaseModel]) -> list[str]:
    """Find what keeps a settings model from being a closed, described, camel-case mirror."""
    name = f"{model.__module__}.{model.__qualname__}"
    faults = [] if model.model_config.get("extra") == "forbid" else [f"{name}: say extra='forbid'"]
    for key, field in model.model_fields.items():
        if not field.title or not field.description:
            faults.append(f"{name}.{key}: give it a title and a description; they are its manual")
        if "_" in (field.serialization_alias or field.alias or key):
            faults.append(f"{name}.{key}: give it a camel-case alias")
        if _holds_a_secret(key) and "SecretStr" not in str(field.annotation):
            faults.append(f"{name}.{key}: keep a secret in SecretStr, which is never printed")
    return faults


def schema_faults(name: str, schema: Mapping[str, Any]) -> list[str]:
    """Find properties of a JSON Schema without title or description, and objects that take any key."""
    faults = []
    for where, part in _objects(name, schema):
        if part.get("additionalProperties") is not False:
            faults.append(f"{where}: say additionalProperties: false")
        for key, value in part.get("properties", {}).items():
            if not value.get("title") or not value.get("description"):
                faults.append(f"{where}.{key}: give it a title and a description; they are its manual")
    return faults


def _holds_a_secret(key: str) -> bool:
    words = key.split("_")
    return words[-1] in {"token", "password", "secret"}


def _objects(where: str, part: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(part, Mapping):
        return
    if "properties" in part:
        yield where, part
    # What JupyterLab itself puts into a schema stands under "definitions" and is described by JupyterLab.
    for key in ("properties", "$defs"):
        for name, inner in part.get(key, {}).items():
            yield from _objects(f"{where}.{name}", inner)
    yield from _objects(f"{where}[]", part.get("items"))
