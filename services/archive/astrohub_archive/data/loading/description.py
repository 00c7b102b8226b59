"""Describing a loaded table in Felis: what its file says of it, ready for editing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import yaml

from ...models import ResultColumn
from .columns import Columns
from .intake import Texts
from .names import TableName

__all__ = ["describe_table", "described_column", "merge_descriptions", "render_schema", "render_table"]

_UNKNOWN = "-" * 8
_UNKNOWN_LINE = re.compile(rf"description: '?{_UNKNOWN}'?$", re.MULTILINE)
_WIDTH = 110
_HEAD = """\
# What the archive says of the schema {schema}, in the words of Felis.
# Units, UCDs and descriptions are for you to edit; names must stay those of the files.
"""
_DATATYPES = {
    pa.bool_(): "boolean",
    pa.uint8(): "byte",
    pa.int16(): "short",
    pa.int32(): "int",
    pa.int64(): "long",
    pa.float32(): "float",
    pa.float64(): "double",
}


def describe_table(
    name: TableName, columns: Columns, texts: Texts, *, description: str, principal: Sequence[str]
) -> dict[str, Any]:
    """Return the description of a table as Felis's words.

    Parameters
    ----------
    name
        Its name.
    columns
        Its columns, and what the file says of them.
    texts
        What is known of the values of text columns.
    description
        What the file says of the table.
    principal
        Columns to be shown first.
    """
    return {
        "name": name.table,
        "@id": f"#{name}",
        **({"description": description} if description else {}),
        "columns": [
            _column(name, field, words, texts, field.name in principal)
            for field, words in zip(columns.schema, columns.words, strict=True)
        ],
    }


def _column(
    table: TableName, field: pa.Field, words: ResultColumn, texts: Texts, principal: bool
) -> dict[str, Any]:
    described: dict[str, Any] = {"name": field.name, "@id": f"#{table}.{field.name}"}
    if words.description:
        described["description"] = " ".join(words.description.split())
    described |= _type(field, texts)
    if words.unit:
        described["ivoa:unit"] = words.unit
    if words.ucd:
        described["ivoa:ucd"] = words.ucd
    if words.utype:
        described["votable:utype"] = words.utype
    if words.xtype and words.xtype != "timestamp":
        described["votable:xtype"] = words.xtype
    if principal:
        described["tap:principal"] = 1
    return described


def described_column(
    table: TableName, name: str, kind: pa.DataType, *, unit: str, ucd: str, description: str
) -> dict[str, Any]:
    """Return the description of a column of numbers of which everything is known."""
    described: dict[str, Any] = {"name": name, "@id": f"#{table}.{name}", "description": description}
    described["datatype"] = _DATATYPES[kind]
    return described | ({"ivoa:unit": unit} if unit else {}) | {"ivoa:ucd": ucd}


def _type(field: pa.Field, texts: Texts) -> dict[str, Any]:
    kind = field.type
    if pa.types.is_string(kind):
        word = "string" if texts.plain.get(field.name, True) else "unicode"
        return {"datatype": word, "length": max(texts.longest.get(field.name, 0), 1)}
    if pa.types.is_timestamp(kind):
        return {"datatype": "timestamp"}
    if pa.types.is_binary(kind):
        return {"datatype": "binary", "length": 1, "votable:arraysize": "*"}
    if pa.types.is_fixed_size_list(kind):
        return {"datatype": _DATATYPES[kind.value_type], "votable:arraysize": str(kind.list_size)}
    if pa.types.is_list(kind):
        return {"datatype": _DATATYPES[kind.value_type], "votable:arraysize": "*"}
    return {"datatype": _DATATYPES[kind]}


def merge_descriptions(former: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a table that is loaded anew: what was written by hand stays."""
    types = ("datatype", "length", "votable:arraysize", "votable:datatype")
    known = {column["name"]: column for column in former.get("columns", ())}
    columns = []
    for column in present["columns"]:
        before = known.get(column["name"], {})
        kept = {key: value for key, value in before.items() if key not in types}
        columns.append({**column, **kept})
    rest = {key: value for key, value in former.items() if key not in ("columns", "constraints")}
    names = {column["@id"] for column in columns}
    constraints = [one for one in former.get("constraints", ()) if set(one.get("columns", ())) <= names]
    return {**present, **rest, "columns": columns, **({"constraints": constraints} if constraints else {})}


def render_schema(name: TableName, table: Mapping[str, Any]) -> str:
    """Return the text of a description that has one table."""
    head = _yaml({"name": name.schema, "@id": f"#{name.schema}", "description": _UNKNOWN})
    return _HEAD.format(schema=name.schema) + head + "tables:\n" + render_table(table, indent=0)


def render_table(table: Mapping[str, Any], *, indent: int) -> str:
    """Return the text of one table as an item of a list, with its dash so far to the right."""
    columns = [_asking(column) for column in table["columns"]]
    lines = _yaml([_asking({**table, "columns": columns})]).splitlines()
    return "".join(f"{' ' * indent}{line}".rstrip() + "\n" for line in lines)


def _asking(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description that has a place for what nobody has written yet."""
    if "description" in described:
        return dict(described)
    first = {key: described[key] for key in ("name", "@id") if key in described}
    return {**first, "description": _UNKNOWN, **described}


def _yaml(content: Any) -> str:
    text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return _UNKNOWN_LINE.sub("# description:", text)
