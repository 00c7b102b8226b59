"""Publishing a written table: its folder and its description, put in place together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...catalog.storage import read_storage
from ...errors import CatalogError
from ..publishing import alone, put_in_place, write_text
from ..readonly import remove, writable
from .amending import Description
from .description import merge_descriptions, render_schema
from .names import TableName

__all__ = ["check_free", "publish", "rows_published", "withdraw"]


def check_free(public: Path, name: TableName, *, replace: bool) -> None:
    """Check that a table may have a name.

    Raises
    ------
    CatalogError
        When there is such a table and it is not to be replaced, or a schema whose name differs in case only.
    """
    _check_case(public, name.schema, "the schema ")
    folder = public / name.schema
    _check_case(folder, name.table, f"the table {name.schema}.")
    description = folder / f"{name.schema}.yaml"
    if folder.exists() and not description.exists():
        raise CatalogError(f"The folder {folder} is there, but has no {description.name}; remove it first.")
    described = Description(description).table(name.table) if description.exists() else None
    if not replace and (described is not None or (folder / name.table).exists()):
        raise CatalogError(f"There is a table {name} already; to load it anew, say --replace.")


def _check_case(folder: Path, name: str, what: str) -> None:
    if folder.is_dir():
        alike = [
            one.name for one in folder.iterdir() if one.name.lower() == name.lower() and one.name != name
        ]
        if alike:
            raise CatalogError(f"There is {what}{alike[0]} already; write its name like that.")


def publish(
    public: Path, name: TableName, made: Path, described: Mapping[str, Any], *, replace: bool
) -> Path:
    """Put a table in its place and return the file that describes it.

    Parameters
    ----------
    public
        The folder of published catalogues.
    name
        The name of the table.
    made
        The folder of its files.
    described
        Its description.
    replace
        Whether a table of that name is replaced.

    Raises
    ------
    CatalogError
        When somebody else has published it meanwhile, or the description cannot be changed.
    """
    schema = public / name.schema
    path = schema / f"{name.schema}.yaml"
    with alone(public, wait=True), writable(public):
        check_free(public, name, replace=replace)
        if not path.exists():
            new = made.parent / name.schema / "schema"
            new.mkdir(parents=True)
            made.rename(new / name.table)
            write_text(new / path.name, render_schema(name, described))
            put_in_place(new, schema)
            return path
        with writable(schema):
            text = _amended(Description(path), described)
            put_in_place(made, schema / name.table)
            if text is not None:
                write_text(path, text)
    return path


def _amended(description: Description, described: Mapping[str, Any]) -> str | None:
    """Return the text with the table, or None where it need not change."""
    former = description.table(str(described["name"]))
    if former is None:
        return description.with_table(described)
    merged = merge_descriptions(former, described)
    return None if merged == former else description.with_table(merged)


def rows_published(public: Path, name: TableName) -> int | None:
    """Return how many rows a published table has; None when there is none that can be read."""
    path = public / name.schema / f"{name.schema}.yaml"
    try:
        if not path.exists() or Description(path).table(name.table) is None:
            return None
        return read_storage(public / name.schema / name.table).rows
    except CatalogError:
        return None


def withdraw(public: Path, name: TableName) -> None:
    """Take a table away: its description, then its files; with its last table, a schema.

    Raises
    ------
    CatalogError
        When it is not there.
    """
    schema = public / name.schema
    path = schema / f"{name.schema}.yaml"
    with alone(public, wait=True), writable(public):
        if not path.exists():
            raise CatalogError(f"There is no table {name}.")
        description = Description(path)
        if description.table(name.table) is None:
            raise CatalogError(f"There is no table {name}.")
        if len(description.tables()) == 1:
            gone = public / f".{name.schema}.removed"
            remove(gone)
            schema.rename(gone)
            remove(gone)
            return
        with writable(schema):
            write_text(path, description.without_table(name.table))
            remove(schema / name.table)
