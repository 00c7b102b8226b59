"""What can be set of a run: a typed mirror of a settings file (YAML or JSON)."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from .errors import SettingsError

__all__ = [
    "Checks",
    "Level",
    "Settings",
    "SuspiciousOutput",
    "Tags",
    "WorkingCopy",
    "load_settings",
    "make_settings",
]

Level = Literal["off", "warn", "fail"]

#: What a notebook prints when something behind it is broken and it goes on all the same.
SUSPICIOUS = (
    r"\b500 Internal Server Error\b",
    r"\b502 Bad Gateway\b",
    r"\b503 Service (Temporarily )?Unavailable\b",
    r"\b504 Gateway Time-?out\b",
    r"\bMax retries exceeded with url\b",
    r"\bTraceback \(most recent call last\)",
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class WorkingCopy(_Model):
    """The scratch copy in which a notebook runs."""

    scope: Literal["folder", "collection"] = Field(
        default="folder",
        title="Scope",
        description="What is copied for each notebook: the folder it is in, or the whole collection.",
    )
    limit_mb: int = Field(
        default=1024, title="Size limit", description="Megabytes that one copy may have.", ge=1
    )


class Tags(_Model):
    """Names of the cell tags that the tester reads."""

    skip: str = Field(default="nbtester-skip", title="Skip", description="Tag of a cell that is not run.")
    soft: str = Field(
        default="nbtester-soft",
        title="Soft",
        description="Tag of a cell whose failure is reported and borne.",
    )
    expected_output: str = Field(
        default="nbtester-expected-output",
        title="Expected output",
        description="Tag of a cell whose output is not searched for faults.",
    )


class SuspiciousOutput(_Model):
    """Output that tells of a fault although no cell raised."""

    patterns: tuple[str, ...] = Field(
        default=SUSPICIOUS,
        title="Patterns",
        description="Regular expressions; a notebook that prints a match of one of them fails.",
    )

    @field_validator("patterns")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as e:
                raise ValueError(f"{pattern!r} is not a regular expression: {e}") from e
        return patterns


class Checks(_Model):
    """What is checked without running anything, and how much it weighs."""

    conventions: Level = Field(
        default="fail", title="Conventions", description="The first code cell names what `names` lists."
    )
    names: tuple[str, ...] = Field(
        default=("__nbid__", "__author__", "__version__", "__datasets__", "__keywords__"),
        title="Names",
        description="Names that the first code cell of every notebook sets.",
    )
    unreadable: Level = Field(
        default="fail", title="Unreadable", description="Files that are not valid notebooks."
    )
    untitled: Level = Field(
        default="fail", title="Untitled", description="Untitled.ipynb and copies left by accident."
    )
    html_twins: Level = Field(
        default="fail", title="HTML twins", description="An HTML file beside its notebook."
    )
    case_twins: Level = Field(
        default="fail", title="Case twins", description="Names that differ in case only."
    )
    environments: Level = Field(
        default="fail", title="Environments", description="Virtual environments and installed packages."
    )
    executed_outputs: Level = Field(
        default="off",
        title="Executed outputs",
        description="Notebooks kept with outputs or execution counts.",
    )
    large_files: Level = Field(default="warn", title="Large files", description="Files above the size limit.")
    large_file_mb: float = Field(
        default=20, title="Large file", description="Megabytes above which a file counts as large.", gt=0
    )


class Settings(_Model):
    """All settings of a run."""

    include: tuple[str, ...] = Field(
        default=("*.ipynb",),
        title="Include",
        description="Globs of notebooks to run; against the path and the name; * also crosses folders.",
    )
    exclude: tuple[str, ...] = Field(
        default=(), title="Exclude", description="Globs of notebooks or folders to leave out."
    )
    skip: dict[str, str] = Field(
        default_factory=dict,
        title="Skip",
        description="Globs of notebooks that are not run, with the reason.",
    )
    soft: dict[str, str] = Field(
        default_factory=dict,
        title="Soft",
        description="Globs of notebooks whose failure is reported and borne, with the reason.",
    )
    jobs: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        title="Jobs",
        description="Notebooks that run at the same time; one per core if not given.",
        ge=1,
        le=256,
    )
    timeout_s: float = Field(
        default=1800, title="Notebook timeout", description="Seconds that one notebook may run.", gt=0
    )
    cell_timeout_s: float = Field(
        default=300, title="Cell timeout", description="Seconds that one cell may run.", gt=0
    )
    startup_timeout_s: float = Field(
        default=90, title="Start timeout", description="Seconds within which a kernel must answer.", gt=0
    )
    interrupt_grace_s: float = Field(
        default=3,
        title="Interrupt grace",
        description="Seconds in which an interrupted cell may end before its kernel is killed.",
        ge=0,
    )
    retries: int = Field(
        default=0, title="Retries", description="Further attempts at a failed notebook.", ge=0, le=10
    )
    memory_limit_mb: int | None = Field(
        default=None,
        title="Memory limit",
        description="Megabytes above which a kernel with its processes is stopped; no limit if not given.",
        ge=16,
    )
    output_limit_mb: float = Field(
        default=20, title="Output limit", description="Megabytes of output kept of one notebook.", gt=0
    )
    kernel: str | None = Field(
        default=None,
        title="Kernel",
        description="Kernel to use in place of the one that each notebook names.",
    )
    environment: dict[str, str] = Field(
        default_factory=dict, title="Environment", description="Environment variables added for the kernels."
    )
    working_copy: WorkingCopy = Field(
        default_factory=WorkingCopy, title="Working copy", description="The copy in which a notebook runs."
    )
    tags: Tags = Field(default_factory=Tags, title="Tags", description="Names of the tags that are read.")
    suspicious_output: SuspiciousOutput = Field(
        default_factory=SuspiciousOutput,
        title="Suspicious output",
        description="Output that tells of a fault although no cell raised.",
    )
    checks: Checks = Field(
        default_factory=Checks, title="Checks", description="What is checked without running anything."
    )


def load_settings(files: Iterable[Path], overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read settings files; what a later file or an override says replaces what an earlier one said.

    Raises
    ------
    SettingsError
        With the file, the key's path and what is wrong with it.
    """
    merged: dict[str, Any] = {}
    for file in files:
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as e:
            raise SettingsError(f"The settings file {file} cannot be read: {e}") from e
        content = {} if content is None else content
        if not isinstance(content, dict):
            raise SettingsError(f"The settings file {file} must hold keys and values.")
        _merge(merged, content)
    _merge(merged, dict(overrides or {}))
    return make_settings(merged)


def make_settings(values: Mapping[str, Any]) -> Settings:
    """Make settings of keys and values.

    Raises
    ------
    SettingsError
        With the key's path and what is wrong with it.
    """
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as e:
        faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in e.errors())
        raise SettingsError(f"The settings do not fit: {faults}") from e


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


if __name__ == "__main__" and "--schema" in sys.argv:
    sys.stdout.write(json.dumps(Settings.model_json_schema(by_alias=True), indent=2) + "\n")
