"""From the words of Felis to those of VOTable and TAP_SCHEMA."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..models import Column, Key
from .felis import FelisColumn, FelisSchema, FelisTable

__all__ = ["describe_columns", "describe_keys"]

_ADDRESS = "obscore:access.reference"
"""The utype of a column whose values lead to files (ObsCore 1.1, §3.4)."""

_DATATYPES = {
    "boolean": "boolean",
    "byte": "unsignedByte",
    "short": "short",
    "int": "int",
    "long": "long",
    "float": "float",
    "double": "double",
    "char": "char",
    "string": "char",
    "text": "char",
    "timestamp": "char",
    "unicode": "unicodeChar",
    "binary": "unsignedByte",
}
_VARIABLE = {"char", "string", "text", "timestamp", "unicode", "binary"}


def describe_columns(table: FelisTable, indexed: Collection[str], files_url: str = "") -> tuple[Column, ...]:
    """Return the columns of a table in the order of their `tap:column_index`, else of the file.

    `files_url` is the address of public files, if they are served.
    """
    numbered = enumerate(table.columns)
    ordered = sorted(
        numbered, key=lambda item: (item[1].column_index is None, item[1].column_index or 0, item[0])
    )
    return tuple(_column(column, column.name in indexed, files_url) for _, column in ordered)


def _column(column: FelisColumn, indexed: bool, files_url: str) -> Column:
    arraysize: str | None = None
    if column.arraysize is not None:
        arraysize = str(column.arraysize)
    elif column.datatype in _VARIABLE:
        arraysize = f"{column.length}*" if column.length and column.datatype != "char" else None
        arraysize = arraysize or (str(column.length) if column.length else "*")
    return Column(
        name=column.name,
        datatype=column.votable_datatype or _DATATYPES[column.datatype],
        arraysize=arraysize,
        xtype=column.xtype or ("timestamp" if column.datatype == "timestamp" else None),
        unit=column.ivoa_unit or column.fits_unit,
        ucd=column.ucd,
        utype=column.utype,
        description=column.description,
        principal=column.principal,
        indexed=indexed,
        std=column.std,
        relative_to=files_url if (column.utype or "").lower() == _ADDRESS else None,
    )


def describe_keys(schema: FelisSchema, published: Iterable[str]) -> tuple[Key, ...]:
    """Return the foreign keys between those tables of a schema that are published (by bare name)."""
    names = set(published)
    owners = {
        column.id: (table.name, column.name)
        for table in schema.tables
        for column in table.columns
        if column.id
    }
    keys: list[Key] = []
    for table in schema.tables:
        for constraint in table.constraints:
            if constraint.type != "ForeignKey":
                continue
            here = [owners.get(reference) for reference in constraint.columns]
            there = [owners.get(reference) for reference in constraint.referenced_columns]
            pairs = [(a, b) for a, b in zip(here, there, strict=False) if a and b]
            targets = {b[0] for _, b in pairs}
            if len(pairs) != len(constraint.columns) or len(targets) != 1:
                continue
            target = targets.pop()
            if table.name in names and target in names:
                keys.append(
                    Key(
                        key_id=f"{schema.name}.{constraint.name}",
                        from_table=f"{schema.name}.{table.name}",
                        target_table=f"{schema.name}.{target}",
                        columns=tuple((a[1], b[1]) for a, b in pairs),
                        description=constraint.description,
                    )
                )
    return tuple(keys)
