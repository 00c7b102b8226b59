"""Tables of a site that a standard defines: what they must have, and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import yaml

from ...catalog.obscore import OBSCORE, missing_columns
from ...errors import CatalogError
from .description import merge_descriptions
from .names import TableName

__all__ = ["check_standard", "with_standard_words"]


def check_standard(name: TableName, columns: Iterable[str]) -> None:
    """Check that a table has the columns of the standard that defines it.

    Raises
    ------
    CatalogError
        When some are missing.
    """
    missing = missing_columns(columns) if _is_obscore(name) else ()
    if missing:
        raise CatalogError(
            f"{name} must have the columns of ObsCore 1.1; these are missing: {', '.join(missing)}."
            " Add them, empty where nothing is known."
        )


def with_standard_words(name: TableName, described: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a table with the standard's utypes, UCDs, units and descriptions."""
    if not _is_obscore(name):
        return described
    file = resources.files("astrohub_archive.data").joinpath("felis", f"{name.schema}.yaml")
    tables: Iterable[Mapping[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["tables"]
    standard = next(table for table in tables if table["name"] == name.table)
    words = {key: standard[key] for key in ("votable:utype", "columns")}
    return merge_descriptions(words, described)


def _is_obscore(name: TableName) -> bool:
    return (name.schema, name.table) == OBSCORE
