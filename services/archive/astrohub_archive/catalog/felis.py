"""Felis descriptions of schemas: the subset of the format that the archive uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import CatalogError

# The loader in C, where the library has it, is ten times as fast: descriptions may be of 20,000 columns.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

__all__ = ["FelisColumn", "FelisConstraint", "FelisSchema", "FelisTable", "read_felis"]


class _Described(BaseModel):
    # Descriptions made for other systems carry keys of those systems.
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=128)
    description: str = ""
    utype: str | None = Field(None, alias="votable:utype")


class FelisColumn(_Described):
    """One column. `datatype` is a word of Felis; the `votable:` keys overrule what follows from it."""

    id: str | None = Field(None, alias="@id")
    datatype: Literal[
        "boolean",
        "byte",
        "short",
        "int",
        "long",
        "float",
        "double",
        "char",
        "string",
        "unicode",
        "text",
        "binary",
        "timestamp",
    ]
    length: int | None = Field(None, gt=0)
    ucd: str | None = Field(None, alias="ivoa:ucd")
    ivoa_unit: str | None = Field(None, alias="ivoa:unit")
    fits_unit: str | None = Field(None, alias="fits:tunit")
    votable_datatype: str | None = Field(None, alias="votable:datatype")
    arraysize: int | str | None = Field(None, alias="votable:arraysize")
    xtype: str | None = Field(None, alias="votable:xtype")
    principal: bool = Field(False, alias="tap:principal")
    std: bool = Field(False, alias="tap:std")
    column_index: int | None = Field(None, alias="tap:column_index")


class FelisConstraint(_Described):
    """One constraint; the archive uses foreign keys and passes over the others."""

    id: str | None = Field(None, alias="@id")
    type: str = Field(alias="@type")
    columns: tuple[str, ...] = ()
    referenced_columns: tuple[str, ...] = Field((), alias="referencedColumns")


class FelisTable(_Described):
    """One table."""

    id: str | None = Field(None, alias="@id")
    columns: tuple[FelisColumn, ...] = Field(min_length=1)
    constraints: tuple[FelisConstraint, ...] = ()
    primary_key: str | tuple[str, ...] | None = Field(None, alias="primaryKey")
    table_index: int | None = Field(None, alias="tap:table_index")


class FelisSchema(_Described):
    """One schema."""

    tables: tuple[FelisTable, ...] = ()


def read_felis(path: Path) -> FelisSchema:
    """Read the description of one schema.

    Raises
    ------
    CatalogError
        When the file cannot be read or is not such a description; it names the file and the place.
    """
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 -- a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as e:
        raise CatalogError(f"The description {path} cannot be read: {_first_line(e)}") from e
    try:
        return FelisSchema.model_validate(content)
    except ValidationError as e:
        faults = "; ".join(f"{_place(content, fault['loc'])}: {fault['msg']}" for fault in e.errors()[:5])
        raise CatalogError(f"The description {path} does not fit: {faults}.") from e


def _place(content: Any, location: tuple[int | str, ...]) -> str:
    """Write a place in the file with names of tables and columns in the place of numbers."""
    words: list[str] = []
    for step in location:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        named = isinstance(step, int) and isinstance(content, dict) and "name" in content
        words.append(str(content["name"]) if named else str(step))
    return ".".join(words) or "the file"


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())
