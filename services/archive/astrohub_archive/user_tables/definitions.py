"""Definitions of tables in the XML of VOSI (VODataService 1.2, §3.3): columns as fields, without rows."""

from __future__ import annotations

import io
import re
from xml.etree.ElementTree import Element

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import UsageError
from ..ivoa.parameters import shortened
from ..ivoa.received import parse_document

__all__ = ["empty_table", "read_definition"]

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_VOTABLE: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "unsignedbyte": pa.uint8(),
    "short": pa.int16(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
}
_TEXTS = ("char", "unicodechar")
_TAP: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "char": pa.string(),
    "varchar": pa.string(),
    "clob": pa.string(),
}
_SIZE = re.compile(r"(\d*)\*?")


def read_definition(body: bytes) -> pa.Schema:
    """Return the columns that a definition names.

    Raises
    ------
    UsageError
        When it is none, or a column has a type that a table here cannot have.
    """
    top = parse_document(body)
    if _bare(top.tag) != "table":
        raise UsageError("The definition must be a table of VOSI, or a VOTable sent as such.")
    columns = [one for one in top if _bare(one.tag) == "column"]
    if not columns:
        raise UsageError("The definition names no columns.")
    return pa.schema([_field(column) for column in columns])


def empty_table(schema: pa.Schema) -> bytes:
    """Return a Parquet file without rows that has these columns."""
    out = io.BytesIO()
    pq.write_table(schema.empty_table(), out)
    return out.getvalue()


def _field(column: Element) -> pa.Field:
    name = _text(column, "name")
    if not name:
        raise UsageError("A column of the definition has no name.")
    kind = next((one for one in column if _bare(one.tag) == "dataType"), None)
    if kind is None:
        raise UsageError(f"The column {shortened(name)} of the definition has no dataType.")
    words = {key: _text(column, key) for key in ("unit", "ucd", "utype", "description")}
    return pa.field(name, _arrow(name, kind), metadata={key: value for key, value in words.items() if value})


def _arrow(name: str, kind: Element) -> pa.DataType:
    said = (kind.text or "").strip().rpartition(":")[2].lower()
    attributes = {_bare(key).lower(): value.strip() for key, value in kind.attrib.items() if key != _TYPE}
    if "timestamp" in (attributes.get("xtype") or attributes.get("extendedtype") or "").lower():
        return pa.timestamp("us")
    if kind.get(_TYPE, "").rpartition(":")[2] == "TAPType" and said in _TAP:
        return _TAP[said]
    size = attributes.get("arraysize")
    if said in _TEXTS:
        return pa.string()
    found = _VOTABLE.get(said)
    if found is None:
        raise UsageError(
            f"The column {shortened(name)} has the type {shortened(said) or 'none'}, which a table here "
            f"cannot have; write one of {', '.join(_VOTABLE)}, char."
        )
    return found if size in (None, "", "1") else _array(name, found, str(size))


def _array(name: str, kind: pa.DataType, size: str) -> pa.DataType:
    match = _SIZE.fullmatch(size)
    if match is None:
        raise UsageError(f"The column {shortened(name)} has the arraysize {shortened(size)}; write 3 or *.")
    fixed = match.group(1) if not size.endswith("*") else ""
    return pa.list_(kind, int(fixed)) if fixed else pa.list_(kind)


def _text(parent: Element, name: str) -> str:
    found = next((one for one in parent if _bare(one.tag) == name), None)
    return " ".join((found.text or "").split()) if found is not None else ""


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]
