"""VOSI 1.1: availability, and the published tables as a VODataService table set."""

from __future__ import annotations

from datetime import datetime

from ..catalog.reserved import as_identifier
from ..models import Column, Key, Schema, Table
from .times import timestamp
from .xml import XSI, Element, add, document, root

__all__ = ["availability", "table", "tableset"]

_NAMESPACES = {
    "vosi": "http://www.ivoa.net/xml/VOSITables/v1.0",
    "vs": "http://www.ivoa.net/xml/VODataService/v1.1",
    "xsi": XSI,
}


def availability(*, available: bool, note: str, up_since: datetime) -> bytes:
    """Return VOSI's availability document (VOSI 1.1, §5)."""
    top = root("vosi:availability", {"vosi": "http://www.ivoa.net/xml/VOSIAvailability/v1.0"})
    add(top, "vosi:available", "true" if available else "false")
    add(top, "vosi:upSince", timestamp(up_since))
    add(top, "vosi:note", note)
    return document(top)


def tableset(schemas: tuple[Schema, ...], *, with_columns: bool = True) -> bytes:
    """Return all tables (VOSI 1.1, §6).

    Parameters
    ----------
    schemas
        What is published.
    with_columns
        Whether columns and keys are listed (`detail=max`) or tables only (`detail=min`).
    """
    top = root("vosi:tableset", _NAMESPACES)
    for schema in schemas:
        element = add(top, "schema")
        add(element, "name", schema.name)
        if schema.description:
            add(element, "description", schema.description)
        if schema.utype:
            add(element, "utype", schema.utype)
        for published in schema.tables:
            _fill(add(element, "table", type="table"), published, schema, with_columns=with_columns)
    return document(top)


def table(published: Table, schema: Schema) -> bytes:
    """Return one table with its columns and keys (VOSI 1.1, §6)."""
    top = root("vosi:table", _NAMESPACES, type="table")
    _fill(top, published, schema, with_columns=True)
    return document(top)


def _fill(element: Element, published: Table, schema: Schema, *, with_columns: bool) -> None:
    add(element, "name", published.qualified_name)
    if published.description:
        add(element, "description", published.description)
    if published.utype:
        add(element, "utype", published.utype)
    if not with_columns:
        return
    for column in published.columns:
        _add_column(element, column)
    for key in schema.keys:
        if key.from_table.lower() == published.qualified_name.lower():
            _add_key(element, key)


def _add_column(element: Element, column: Column) -> None:
    child = add(element, "column", std="true" if column.std else "false")
    add(child, "name", as_identifier(column.name))
    for tag in ("description", "unit", "ucd", "utype"):
        value = getattr(column, tag)
        if value:
            add(child, tag, value)
    add(
        child,
        "dataType",
        column.datatype,
        xsi__type="vs:VOTableType",
        arraysize=column.arraysize,
        extendedType=column.xtype,
    )
    if column.indexed:
        add(child, "flag", "indexed")


def _add_key(element: Element, key: Key) -> None:
    child = add(element, "foreignKey")
    add(child, "targetTable", key.target_table)
    for from_column, target_column in key.columns:
        pair = add(child, "fkColumn")
        add(pair, "fromColumn", as_identifier(from_column))
        add(pair, "targetColumn", as_identifier(target_column))
    if key.description:
        add(child, "description", key.description)
