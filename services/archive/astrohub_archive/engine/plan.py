"""The planner: which files a statement has to read, and the SQL that reads just these."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..models import (
    HEALPIX_COLUMN,
    Column,
    HatsTable,
    IdentifierFilter,
    IndexCatalog,
    Partition,
    PlainTable,
    Scan,
    Statement,
)
from .coverage import Ranges, closed, cover, simplify
from .lookup import Found, Lookup

__all__ = ["Plan", "Planner", "Reading", "columns_of", "engine_type", "quote", "with_relations"]

_log = logging.getLogger(__name__)

_ORDER = 29
_HEALPIX = Column(HEALPIX_COLUMN, "long")
_MOST_RANGES = 8
_MOST_EASY = 4
_GROUP_ROWS = 8192
# Users' tables come and go: what is remembered of tables is forgotten altogether when it is of too many.
_MOST_REMEMBERED = 2_000
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


@dataclass(frozen=True)
class Plan:
    """A statement ready for the engine.

    Attributes
    ----------
    sql
        What the engine runs; every file it reads is named in it.
    size_bytes
        Sizes of these files together.
    tables
        The tables it reads by the folder that their files lie in.
    private_folders
        Folders that it may read besides the public ones.
    """

    sql: str
    size_bytes: int
    tables: Mapping[str, str]
    private_folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What one scan has to read.

    Attributes
    ----------
    files
        The files.
    size_bytes
        Their sizes together.
    partitions
        The partitions of a HATS table that they are.
    cells
        The cells that the rows can lie in, where that is known.
    identified
        How many rows have the identifiers that are asked for, where an index says so.
    """

    files: tuple[Path, ...]
    size_bytes: int
    partitions: tuple[Partition, ...] = ()
    cells: Ranges | None = None
    identified: int | None = None


@dataclass(frozen=True)
class _Pixels:
    """The partitions of a table as ranges of order 29 cells, in the order of the sky."""

    storage: HatsTable
    order: np.ndarray[tuple[int], np.dtype[np.int64]]
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    stops: np.ndarray[tuple[int], np.dtype[np.int64]]


class Planner:
    """Plans statements; remembers where each table's partitions lie and the footers of its indexes."""

    def __init__(self) -> None:
        self._pixels: dict[int, _Pixels] = {}
        self._lookups: dict[tuple[Path, ...], Lookup | None] = {}

    def is_easy(self, statement: Statement) -> bool:
        """Say whether planning a statement takes well under a millisecond: no file is read for it."""
        return len(statement.scans) <= _MOST_EASY and all(map(self._is_easy, statement.scans))

    def _is_easy(self, scan: Scan) -> bool:
        storage = scan.table.storage
        if isinstance(storage, PlainTable):
            return True
        near = scan.region is not None and scan.region.kind == "circle"
        return near and scan.identifiers is None and id(storage) in self._pixels

    def plan(self, statement: Statement) -> Plan:
        """Put explicit lists of files in the place of a statement's scans."""
        relations: list[str] = []
        size_bytes = 0
        tables: dict[str, str] = {}
        for scan in statement.scans:
            reading = self.reading(scan)
            relations.append(_relation(scan, reading))
            size_bytes += reading.size_bytes
            tables[_folder(scan)] = scan.table.qualified_name
        sql = with_relations(statement.sql, relations)
        return Plan(sql, size_bytes, tables, _private_folders(statement))

    def reading(self, scan: Scan) -> Reading:
        """Return what a scan has to read."""
        storage = scan.table.storage
        if isinstance(storage, PlainTable):
            return Reading(storage.files, storage.size_bytes)
        region = cover(scan.region) if scan.region else None
        found = self._found(scan.identifiers, storage) if scan.identifiers else None
        cells = _common(region, found)
        if cells is None:
            chosen = storage.partitions
        else:
            pixels = self._pixels_of(storage)
            chosen = tuple(storage.partitions[number] for number in pixels.order[_touched(pixels, cells)])
        return Reading(
            tuple(one.path for one in chosen),
            sum(one.size_bytes for one in chosen),
            chosen,
            cells,
            found.rows if found else None,
        )

    def _found(self, identifiers: IdentifierFilter, storage: HatsTable) -> Found | None:
        index = storage.indexes.get(identifiers.column)
        lookup = self._lookup(index) if index else None
        if lookup is None:
            return None
        try:
            return lookup.find(identifiers.values)
        except (OSError, pa.ArrowException, TypeError) as e:
            _log.warning("index-not-used", extra={"column": identifiers.column, "reason": str(e)})
            return None

    def _lookup(self, index: IndexCatalog) -> Lookup | None:
        if index.files not in self._lookups:
            _bound(self._lookups)
            try:
                self._lookups[index.files] = Lookup(index)
            except (OSError, pa.ArrowException, ValueError) as e:
                _log.error("index-damaged", extra={"column": index.column, "reason": str(e)})
                self._lookups[index.files] = None
        return self._lookups[index.files]

    def _pixels_of(self, storage: HatsTable) -> _Pixels:
        known = self._pixels.get(id(storage))
        if known is None or known.storage is not storage:
            shifts = [2 * (_ORDER - one.norder) for one in storage.partitions]
            starts = np.array(
                [one.npix << shift for one, shift in zip(storage.partitions, shifts, strict=True)],
                dtype=np.int64,
            )
            order = np.argsort(starts, kind="stable")
            sizes = np.array([1 << shift for shift in shifts], dtype=np.int64)
            known = _Pixels(storage, order, starts[order], (starts + sizes)[order])
            _bound(self._pixels)
            self._pixels[id(storage)] = known
        return known


def _bound(remembered: dict[Any, Any]) -> None:
    if len(remembered) >= _MOST_REMEMBERED:
        remembered.clear()


def _common(region: Ranges | None, found: Found | None) -> Ranges | None:
    """Return the cells that the rows a scan needs can lie in, or None when that is not known."""
    if region is None or found is None:
        return region if found is None else found.cells
    inside = np.searchsorted(region[:, 0], found.cells[:, 0], side="right") - 1
    kept = (inside >= 0) & (found.cells[:, 0] < region[np.maximum(inside, 0), 1])
    kept_cells: Ranges = found.cells[kept]
    return kept_cells


def _touched(pixels: _Pixels, cells: Ranges) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    first = np.searchsorted(pixels.stops, cells[:, 0], side="right")
    last = np.searchsorted(pixels.starts, cells[:, 1], side="left")
    change = np.zeros(len(pixels.starts) + 1, dtype=np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, np.maximum(first, last), -1)
    touched: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.cumsum(change[:-1]) > 0
    return touched


def _relation(scan: Scan, reading: Reading) -> str:
    """Return one relation of a WITH clause: the columns of a scan, read from its files."""
    columns = columns_of(scan)
    # A relation needs a column, even where only its rows are counted.
    selected = ", ".join(quote(column.name) for column in columns) or '1 AS "row"'
    paths = ", ".join(_literal(str(path)) for path in reading.files)
    if not paths:
        selected = ", ".join(_typed_null(column) for column in columns) or '1 AS "row"'
        return f"{quote(scan.alias)} AS NOT MATERIALIZED (SELECT {selected} WHERE false)"
    cells = reading.cells
    where = ""
    if cells is not None and len(cells):
        where = f" WHERE {_condition(cells, _group_width(reading.partitions))}"
    source = f"read_parquet([{paths}], hive_partitioning = false)"
    # Names and paths come from the catalog, and are quoted.
    return f"{quote(scan.alias)} AS NOT MATERIALIZED (SELECT {selected} FROM {source}{where})"  # noqa: S608


def columns_of(scan: Scan) -> list[Column]:
    """Return the columns that a scan reads; the index of positions may be one of them."""
    known = {HEALPIX_COLUMN: _HEALPIX} | {column.name: column for column in scan.table.columns}
    return [known[name] for name in scan.columns]


def _group_width(partitions: Sequence[Partition]) -> int:
    """Return over how many cells a row group reaches at least, about: a quarter of their mean."""
    widths = ((1 << 2 * (_ORDER - one.norder)) // (4 * max(one.rows // _GROUP_ROWS, 1)) for one in partitions)
    return min(widths, default=0)


def _condition(cells: Ranges, width: int) -> str:
    """Return a condition by which the engine passes over row groups outside the cells.

    Gaps narrower than `width` lead past no row group: they are closed.
    """
    ranges = simplify(closed(cells, width), _MOST_RANGES)
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


def _private_folders(statement: Statement) -> tuple[str, ...]:
    folders = {scan.table.storage.private_folder for scan in statement.scans}
    return tuple(sorted(str(folder) for folder in folders if folder))


def _folder(scan: Scan) -> str:
    storage = scan.table.storage
    if isinstance(storage, HatsTable):
        return str(storage.root)
    return str(storage.files[0].parent) if storage.files else ""


def quote(name: str) -> str:
    """Return a name as the engine reads it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
