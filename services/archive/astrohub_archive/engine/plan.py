"""The planner: which files a statement has to read, and the SQL that reads just these."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..models import (
    HatsTable,
    IdentifierFilter,
    IndexCatalog,
    Partition,
    PlainTable,
    Region,
    Scan,
    Statement,
)
from ..pages import spanned
from .coverage import SLACK_DEG, Ranges, cover
from .kept import Kept
from .lookup import Found, Lookup
from .nearby import around_rows
from .partners import identifiers_in, identifiers_of, inside
from .picking import Picking
from .relations import relation, with_relations

__all__ = ["Plan", "Planner", "Reading", "page_folder"]

_log = logging.getLogger(__name__)

_ORDER = 29
_MOST_EASY = 4
_MOST_PICKED_FILES = 8
_MOST_PICKED_CELLS = 25_000
# Users' tables come and go: what is remembered of tables is forgotten altogether when it is of too many.
_MOST_REMEMBERED = 2_000


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

    order: np.ndarray[tuple[int], np.dtype[np.int64]]
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    stops: np.ndarray[tuple[int], np.dtype[np.int64]]


class Planner:
    """Plans statements; remembers where each table's partitions lie and the footers of its indexes."""

    def __init__(self) -> None:
        self._pixels: dict[int, _Pixels] = {}
        self._lookups: dict[int, Lookup | None] = {}
        self._kept = Kept()

    def open(self, storage: HatsTable) -> None:
        """Read what every query of a table by place or identifier needs, before the first of them comes."""
        self._pixels_of(storage)
        for index in storage.indexes.values():
            self._lookup(index)

    def is_easy(self, statement: Statement) -> bool:
        """Say whether planning a statement takes well under a millisecond: no file is read for it."""
        return len(statement.scans) <= _MOST_EASY and all(map(self._is_easy, statement.scans))

    def _is_easy(self, scan: Scan) -> bool:
        storage = scan.table.storage
        if scan.partner is not None or scan.nearby is not None:
            return False
        if isinstance(storage, PlainTable):
            return True
        if id(storage) not in self._pixels:
            return False
        near = scan.region is None or scan.region.kind == "circle"
        if scan.identifiers is None:
            return near and scan.region is not None
        index = storage.indexes.get(scan.identifiers.column)
        lookup = self._lookups.get(id(index)) if index else None
        return near and lookup is not None and lookup.is_ready(scan.identifiers.values)

    def plan(self, statement: Statement) -> Plan:
        """Put explicit lists of files in the place of a statement's scans."""
        relations: list[str] = []
        size_bytes = 0
        tables: dict[str, str] = {}
        for scan, reading in self.readings(statement):
            relations.append(
                relation(scan, reading.files, cells=reading.cells, partitions=reading.partitions)
            )
            size_bytes += reading.size_bytes
            tables[_folder(scan)] = scan.table.qualified_name
        sql = with_relations(statement.sql, relations)
        return Plan(sql, size_bytes, tables, _private_folders(statement))

    def picking(self, statement: Statement) -> Picking | None:
        """Return how a statement is answered from the files, without its SQL; None if it cannot be."""
        pick, scan = statement.pick, statement.scans[0] if statement.scans else None
        if pick is None or scan is None or not isinstance(scan.table.storage, HatsTable):
            return None
        storage = scan.table.storage
        values = scan.identifiers.values if scan.identifiers else ()
        if storage.private_folder is not None or (scan.region is None) != bool(values):
            return None
        if len(values) > 1 and not storage.is_paged:
            return None
        reading = self.reading(scan)
        if reading.cells is None or not reading.files:
            return None
        files = reading.files if len(reading.files) <= _MOST_PICKED_FILES else ()
        if not files and not (storage.is_paged and values):
            return None
        if len(reading.cells) > _MOST_PICKED_CELLS:
            return None
        return Picking(
            files=tuple(map(str, files)),
            cells=tuple(map(tuple, reading.cells.tolist())),
            columns=pick.columns,
            position=(storage.ra_column, storage.dec_column),
            circle=_circle(scan.region) if scan.region else None,
            is_open=pick.is_open,
            identifiers=(scan.identifiers.column, values) if scan.identifiers else None,
            most=statement.top,
            comparisons=tuple((one.column, one.sign, one.number) for one in pick.comparisons),
            folder=page_folder(storage),
            size_bytes=reading.size_bytes,
        )

    def readings(self, statement: Statement) -> list[tuple[Scan, Reading]]:
        """Return what each scan of a statement has to read; some by what others will find."""
        alone = {scan.alias: self.reading(scan) for scan in statement.scans}
        return [
            (scan, self._by_others(scan, alone) if scan.partner or scan.nearby else alone[scan.alias])
            for scan in statement.scans
        ]

    def _by_others(self, scan: Scan, alone: Mapping[str, Reading]) -> Reading:
        """Return what a scan has to read whose rows are found by what is in the rows of another one."""
        if scan.partner is not None:
            return self._by_partner(scan, alone)
        assert scan.nearby is not None
        known = alone[scan.nearby.alias]
        near = around_rows(known.files, scan.nearby, partitions=known.partitions, cells=known.cells)
        return alone[scan.alias] if near is None else self.reading(scan, near)

    def _by_partner(self, scan: Scan, alone: Mapping[str, Reading]) -> Reading:
        """Return what a scan has to read whose rows are found by identifiers in the rows of another one."""
        assert scan.partner is not None
        known, column = alone[scan.partner.alias], scan.partner.partner_column
        values: tuple[int | str, ...] | None = None
        if known.cells is not None:
            values = identifiers_in(known.partitions, known.cells, column)
        elif not known.partitions:
            values = identifiers_of(known.files, column)
        if values is None:
            return alone[scan.alias]
        return self.reading(replace(scan, identifiers=IdentifierFilter(scan.partner.column, values)))

    def reading(self, scan: Scan, near: Ranges | None = None) -> Reading:
        """Return what a scan has to read, whatever others find; or within the cells near what they find."""
        storage = scan.table.storage
        if isinstance(storage, PlainTable):
            return Reading(storage.files, storage.size_bytes)
        region = cover(scan.region, SLACK_DEG + scan.table.displacement_deg) if scan.region else near
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
        # A table that is published anew has another index, be it in files of the same names.
        if id(index) not in self._lookups:
            _bound(self._lookups)
            _when_gone(index, self._lookups, id(index))
            try:
                self._lookups[id(index)] = Lookup(index, self._kept)
            except (OSError, pa.ArrowException, ValueError) as e:
                _log.error("index-damaged", extra={"column": index.column, "reason": str(e)})
                self._lookups[id(index)] = None
        return self._lookups[id(index)]

    def _pixels_of(self, storage: HatsTable) -> _Pixels:
        known = self._pixels.get(id(storage))
        if known is None:
            shifts = [2 * (_ORDER - one.norder) for one in storage.partitions]
            starts = np.array(
                [one.npix << shift for one, shift in zip(storage.partitions, shifts, strict=True)],
                dtype=np.int64,
            )
            order = np.argsort(starts, kind="stable")
            sizes = np.array([1 << shift for shift in shifts], dtype=np.int64)
            known = _Pixels(order, starts[order], (starts + sizes)[order])
            _bound(self._pixels)
            _when_gone(storage, self._pixels, id(storage))
            self._pixels[id(storage)] = known
        return known


def page_folder(storage: HatsTable) -> str | None:
    """Return the folder of a table's files, if a table of their pages lies there."""
    return str(storage.root / "dataset") if storage.is_paged else None


def _circle(region: Region) -> tuple[float, float, float]:
    ra, dec, radius = region.values
    return ra, dec, radius


def _when_gone(owner: HatsTable | IndexCatalog, remembered: dict[Any, Any], key: object) -> None:
    """Forget what is remembered of a table or an index when it is published no more, and read by nobody."""
    weakref.finalize(owner, remembered.pop, key, None).atexit = False


def _bound(remembered: dict[Any, Any]) -> None:
    if len(remembered) >= _MOST_REMEMBERED:
        remembered.clear()


def _common(region: Ranges | None, found: Found | None) -> Ranges | None:
    """Return the cells that the rows a scan needs can lie in, or None when that is not known."""
    if region is None or found is None:
        return region if found is None else found.cells
    kept: Ranges = found.cells[inside(found.cells[:, 0], region)]
    return kept


def _touched(pixels: _Pixels, cells: Ranges) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the places of the pixels that hold some cells."""
    first = np.searchsorted(pixels.stops, cells[:, 0], side="right")
    last = np.searchsorted(pixels.starts, cells[:, 1], side="left")
    return spanned(first, last, len(pixels.starts))


def _private_folders(statement: Statement) -> tuple[str, ...]:
    folders = {scan.table.storage.private_folder for scan in statement.scans}
    return tuple(sorted(str(folder) for folder in folders if folder))


def _folder(scan: Scan) -> str:
    storage = scan.table.storage
    if isinstance(storage, HatsTable):
        return str(storage.root)
    return str(storage.files[0].parent) if storage.files else ""
