"""Relations: the SQL that reads the files of a scan, in the place of its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..models import HEALPIX_COLUMN, Column, HatsTable, Partition, Scan
from .coverage import Ranges, closed, simplify

__all__ = ["columns_of", "engine_type", "quote", "relation", "with_relations"]

_ORDER = 29
_HEALPIX = Column(HEALPIX_COLUMN, "long")
_MOST_RANGES = 8
_GROUP_ROWS = 8192
_FILES_TOGETHER = 16
_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)

_ENGINE_TYPES = {
    "boolean": "BOOLEAN",
    "unsignedByte": "UTINYINT",
    "short": "SMALLINT",
    "int": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
}


def relation(
    scan: Scan, files: Sequence[Path], *, cells: Ranges | None = None, partitions: Sequence[Partition] = ()
) -> str:
    """Return one relation of a WITH clause: the columns of a scan, read from its files.

    Parameters
    ----------
    scan
        The scan.
    files
        What it reads.
    cells
        The cells in which its rows can lie, where that is known.
    partitions
        The partitions that the files are, in the order of the sky, if they are partitions.
    """
    columns = columns_of(scan)
    # A relation needs a column, even where only its rows are counted.
    selected = ", ".join(quote(column.name) for column in columns) or '1 AS "row"'
    if not files:
        selected = ", ".join(_typed_null(column) for column in columns) or '1 AS "row"'
        return f"{quote(scan.alias)} AS NOT MATERIALIZED (SELECT {selected} WHERE false)"
    read = _Read(selected, _may_hold_nan(scan, columns))
    if cells is None or not len(cells):
        parts = [read.part(files)]
    elif len(partitions) > _FILES_TOGETHER and _are_single(cells):
        parts = list(_parts(read, partitions, cells))
    else:
        width = _group_width(partitions)
        parts = [read.part(files, _condition(simplify(closed(cells, width), _MOST_RANGES)))]
    return f"{quote(scan.alias)} AS NOT MATERIALIZED ({' UNION ALL '.join(parts)})"


@dataclass(frozen=True)
class _Read:
    """What is selected from the files, and whether NaN may be among it."""

    selected: str
    may_hold_nan: bool

    def part(self, files: Sequence[Path], condition: str = "true") -> str:
        """Return the part of a relation that reads some files."""
        paths = ", ".join(_literal(str(path)) for path in files)
        options = "hive_partitioning = false" + (", can_have_nan = true" if self.may_hold_nan else "")
        # Names and paths come from the catalog, and are quoted.
        return f"SELECT {self.selected} FROM read_parquet([{paths}], {options}) WHERE {condition}"  # noqa: S608


def _may_hold_nan(scan: Scan, columns: Iterable[Column]) -> bool:
    """Say whether NaN may be in columns that are read; positions by which a table is divided have none.

    The bounds in a file's footer leave NaN out, but to comparisons it is above every number: whoever
    trusts the bounds finds it in some files and not in others.
    """
    storage = scan.table.storage
    places = (storage.ra_column, storage.dec_column) if isinstance(storage, HatsTable) else ()
    return any(one.datatype in ("float", "double") and one.name not in places for one in columns)


def _parts(read: _Read, partitions: Sequence[Partition], cells: Ranges) -> Iterator[str]:
    """Yield parts of a relation: of a few files each, with just the cells in these.

    Rows that stand alone all over the sky are found only where every file is read for its own.
    """
    for start in range(0, len(partitions), _FILES_TOGETHER):
        together = partitions[start : start + _FILES_TOGETHER]
        first, last = together[0], together[-1]
        ends = first.npix << _shift(first), (last.npix + 1) << _shift(last)
        begin, end = np.searchsorted(cells[:, 0], ends)
        known = ", ".join(map(str, cells[begin:end, 0].tolist()))
        yield read.part([one.path for one in together], f"{HEALPIX_COLUMN} IN ({known})")


def _are_single(cells: Ranges) -> bool:
    return bool(np.all(cells[:, 1] - cells[:, 0] == 1))


def _shift(partition: Partition) -> int:
    return 2 * (_ORDER - partition.norder)


def columns_of(scan: Scan) -> list[Column]:
    """Return the columns that a scan reads; the index of positions may be one of them."""
    known = {HEALPIX_COLUMN: _HEALPIX} | {column.name: column for column in scan.table.columns}
    return [known[name] for name in scan.columns]


def _group_width(partitions: Sequence[Partition]) -> int:
    """Return a quarter of the cells over which a row group reaches, about: narrower gaps lead past none."""
    return min(((1 << _shift(one)) // (4 * max(one.rows // _GROUP_ROWS, 1)) for one in partitions), default=0)


def _condition(ranges: Ranges) -> str:
    """Return a condition by which the engine passes over row groups outside of ranges of cells."""
    parts = [f"{HEALPIX_COLUMN} BETWEEN {start} AND {stop - 1}" for start, stop in ranges.tolist()]
    return "(" + " OR ".join(parts) + ")"


def _typed_null(column: Column) -> str:
    return f"CAST(NULL AS {engine_type(column)}) AS {quote(column.name)}"


def engine_type(column: Column) -> str:
    """Return the engine's name for the type of a column."""
    name = _ENGINE_TYPES.get(column.datatype, "VARCHAR")
    if column.arraysize and name != "VARCHAR":
        return name + (f"[{column.arraysize}]" if column.arraysize.isdigit() else "[]")
    return "TIMESTAMP" if column.xtype == "timestamp" else name


def with_relations(sql: str, relations: Iterable[str]) -> str:
    """Put relations before those that a statement may define itself (the engine does not nest WITH)."""
    clause = ", ".join(relations)
    if not clause:
        return sql
    begin = _WITH.match(sql)
    if begin is None:
        return f"WITH {clause} {sql}"
    return f"WITH {'RECURSIVE ' if begin.group(1) else ''}{clause}, {sql[begin.end() :]}"


def quote(name: str) -> str:
    """Return a name as the engine reads it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
