"""Where rows with given identifiers stand: reading the index catalogues of a table."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..models import HEALPIX_COLUMN, IndexCatalog
from .coverage import Ranges, merge
from .kept import Kept, Rows
from .plain_numbers import PlainNumbers, cells_at, plain_numbers

__all__ = ["Found", "Lookup"]

_THREADS = 2
# Where each of so many stands in a row group is looked up faster than all of it is read.
_FEW = 8
# An identifier that stands in more row groups stands in very many rows.
_AT_ONCE = 2

_Numbers = np.ndarray[Any, np.dtype[Any]]
_Stamp = tuple[int, int]
"""A file's size and when it was changed; some network file systems number the same file anew."""


class _Replaced(OSError):
    """A file is not the one any more whose footer was read."""


@dataclass(frozen=True)
class Found:
    """The order 29 cells in which rows stand, and how many rows they are."""

    cells: Ranges
    rows: int


@dataclass(frozen=True)
class _Group:
    """One row group of an index file, with the smallest and largest identifier in it.

    `plain` is where identifiers and cells lie in the file, if they lie there as in memory; `is_sorted` says
    that the file says that its identifiers are in their order; by `stamp` a file is known that has been
    replaced.
    """

    path: Path
    footer: pq.FileMetaData
    number: int
    low: Any
    high: Any
    stamp: _Stamp
    plain: tuple[PlainNumbers, ...] = ()
    is_sorted: bool = False


class Lookup:
    """Answers where identifiers are; each index file's footer is read once.

    Parameters
    ----------
    index
        The index catalogue of one identifier.
    kept
        Keeps for a while what is read of it.
    """

    def __init__(self, index: IndexCatalog, kept: Kept) -> None:
        self._column = index.column
        groups = [group for path in index.files for group in _groups_of(path, index.column)]
        self._groups = sorted(groups, key=lambda group: group.low)
        self._lows = [group.low for group in self._groups]
        # No group before this place reaches as far as the value that stands in it.
        self._reaches = list(accumulate((group.high for group in self._groups), max))
        self._kept = kept
        self._name = object()
        self._plain: set[Hashable] = set()
        self._at_hand: tuple[Sequence[int | str], Found] | None = None
        # Some kinds of file cannot say whether they are in memory.
        self._tells_memory = hasattr(os, "RWF_NOWAIT")

    def is_ready(self, values: Sequence[int | str]) -> bool:
        """Say whether where a single identifier stands is known without waiting for a file."""
        self._at_hand = None
        if len(values) != 1:
            return False
        try:
            touched = [group for _, groups in self._touched(values) for group in groups]
        except TypeError:
            return False
        if len(touched) > _AT_ONCE:
            return False
        known = [self._at_once(group, values) for group in touched]
        found = [cells for cells in known if cells is not None]
        if len(found) < len(known):
            return False
        self._at_hand = values, _found(found)
        return True

    def _at_once(self, group: _Group, wanted: Sequence[int | str]) -> _Numbers | None:
        """Return the cells of what is wanted of a row group; None if a disk would have to be waited for."""
        if rows := self._kept.get(self._key(group)):
            return _chosen(rows, wanted)
        if not group.plain or not self._tells_memory:
            return None
        try:
            with _opened(group.path, group.stamp) as descriptor:
                return self._of_plain(descriptor, group, wanted, at_once=True)
        except _Replaced:
            return None
        except OSError:
            self._tells_memory = False
            return None

    def _key(self, group: _Group) -> Hashable:
        return self._name, group.path, group.number

    def find(self, values: Sequence[int | str]) -> Found:
        """Return where rows with any of these identifiers stand.

        Raises
        ------
        OSError, pyarrow.ArrowException
            When a file is damaged, or the identifiers are of another type.
        """
        # Whoever asks has asked a moment ago whether it is known at once; later it has to be looked for anew.
        at_hand, self._at_hand = self._at_hand, None
        if at_hand is not None and at_hand[0] is values:
            return at_hand[1]
        wanted = sorted(set(values))
        touched = list(self._touched(wanted))
        # Looking up a few places in each group two threads would mostly wait for each other.
        is_short = all(group.is_sorted for _, groups in touched for group in groups)
        if len(touched) > 1 and not is_short:
            with ThreadPoolExecutor(_THREADS) as threads:
                found = list(threads.map(lambda one: self._read(one[0], one[1], wanted), touched))
        else:
            found = [self._read(path, groups, wanted) for path, groups in touched]
        return _found(found)

    def _touched(self, wanted: Sequence[int | str]) -> Iterator[tuple[Path, list[_Group]]]:
        """Yield the row groups in which values can stand, file by file."""
        numbers: set[int] = set()
        for value in wanted:
            begin, end = bisect_left(self._reaches, value), bisect_right(self._lows, value)
            numbers.update(number for number in range(begin, end) if value <= self._groups[number].high)
        groups = [self._groups[number] for number in numbers]
        if len(groups) > 1:
            groups.sort(key=lambda group: str(group.path))
        for path, together in groupby(groups, key=lambda group: group.path):
            yield path, list(together)

    def _read(
        self, path: Path, groups: Sequence[_Group], wanted: Sequence[int | str]
    ) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the cells of wanted identifiers in some row groups of a file."""
        known = [(group, self._kept.get(self._key(group))) for group in groups]
        found = [_chosen(rows, wanted) for _, rows in known if rows is not None]
        if unknown := [group for group, rows in known if rows is None]:
            found += self._of_file(path, unknown, wanted)
        return np.concatenate(found)

    def _of_file(
        self, path: Path, groups: Sequence[_Group], wanted: Sequence[int | str]
    ) -> Iterator[_Numbers]:
        """Yield the same of row groups that are not kept."""
        packed = []
        with _opened(path, groups[0].stamp) as descriptor:
            for group in groups:
                cells = self._of_plain(descriptor, group, wanted)
                if cells is None:
                    packed.append(group)
                else:
                    yield cells
        if packed:
            rows = self._unpacked(path, packed)
            if len(packed) == 1:
                self._kept.put(self._key(packed[0]), rows)
            yield _chosen(rows, wanted)

    def _of_plain(
        self, descriptor: int, group: _Group, wanted: Sequence[int | str], *, at_once: bool = False
    ) -> _Numbers | None:
        """Return the cells of wanted identifiers in a row group, if it lies as in memory; then it is kept."""
        cells = self._narrowly(descriptor, group, wanted, at_once=at_once)
        if cells is not None:
            return cells
        rows = _plain_rows(group, [numbers.read(descriptor, at_once=at_once) for numbers in group.plain])
        if rows is None:
            return None
        self._kept.put(self._key(group), rows)
        return _chosen(rows, wanted)

    def _narrowly(
        self, descriptor: int, group: _Group, wanted: Sequence[int | str], *, at_once: bool = False
    ) -> _Numbers | None:
        """Return the cells of the few identifiers that are wanted of a group; None if all has to be read."""
        if not group.is_sorted or not group.plain:
            return None
        here = wanted[bisect_left(wanted, group.low) : bisect_right(wanted, group.high)]
        if len(here) > _FEW:
            return None
        if self._key(group) not in self._plain:
            if not all(numbers.is_plain(descriptor, at_once=at_once) for numbers in group.plain):
                return None
            self._plain.add(self._key(group))
        numbers = [value for value in here if isinstance(value, int)]
        return cells_at(descriptor, group.plain, (group.low, group.high), numbers, at_once=at_once)

    def _unpacked(self, path: Path, groups: Sequence[_Group]) -> Rows:
        numbers = sorted(group.number for group in groups)
        with pq.ParquetFile(path, metadata=groups[0].footer, pre_buffer=False) as file:
            rows = file.read_row_groups(numbers, columns=[self._column, HEALPIX_COLUMN], use_threads=False)
        if rows[self._column].null_count:
            rows = rows.filter(rows[self._column].is_valid())
        return _in_order(rows[self._column].to_numpy(), rows[HEALPIX_COLUMN].to_numpy().astype(np.int64))


def _found(cells: Sequence[_Numbers]) -> Found:
    """Return where rows are whose cells were found here and there."""
    if len(cells) == 1 and len(cells[0]) == 1:
        cell = int(cells[0][0])
        return Found(np.array([[cell, cell + 1]], dtype=np.int64), 1)
    different = np.unique(np.concatenate(cells)) if cells else np.empty(0, dtype=np.int64)
    return Found(merge(np.stack([different, different + 1], axis=1)), sum(map(len, cells)))


@contextmanager
def _opened(path: Path, stamp: _Stamp) -> Iterator[int]:
    """Yield a descriptor of a file until the block ends."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _stamp(os.fstat(descriptor)) != stamp:
            raise _Replaced(f"{path.name} was replaced while it was in use")
        yield descriptor
    finally:
        os.close(descriptor)


def _stamp(seen: os.stat_result) -> _Stamp:
    return seen.st_size, seen.st_mtime_ns


def _plain_rows(group: _Group, plain: Sequence[_Numbers | None]) -> Rows | None:
    """Return the rows of a group, if its identifiers and its cells could be read as they lie."""
    known = [numbers for numbers in plain if numbers is not None]
    if len(known) < len(group.plain) or not known:
        return None
    identifiers, cells = _in_order(known[0], known[1])
    is_sound = identifiers[0] == group.low and identifiers[-1] == group.high
    return (identifiers, cells) if is_sound else None


def _in_order(identifiers: _Numbers, cells: _Numbers) -> Rows:
    if identifiers.dtype != object and np.any(identifiers[1:] < identifiers[:-1]):
        order = np.argsort(identifiers, kind="stable")
        return identifiers[order], cells[order]
    return identifiers, cells


def _chosen(rows: Rows, wanted: Sequence[int | str]) -> _Numbers:
    """Return the cells of those rows whose identifiers are wanted; these are in their order."""
    identifiers, cells = rows
    here = wanted
    if identifiers.dtype != object and len(identifiers):
        here = wanted[bisect_left(wanted, identifiers[0]) : bisect_right(wanted, identifiers[-1])]
    chosen: _Numbers = cells[_places(identifiers, np.array(here, dtype=identifiers.dtype))]
    return chosen


def _places(
    identifiers: np.ndarray[Any, np.dtype[Any]], wanted: np.ndarray[Any, np.dtype[Any]]
) -> np.ndarray[Any, np.dtype[Any]]:
    """Return where identifiers are wanted ones; numbers are sorted."""
    if identifiers.dtype == object:
        return np.isin(identifiers, wanted)
    begin = np.searchsorted(identifiers, wanted, side="left")
    length = np.searchsorted(identifiers, wanted, side="right") - begin
    inside = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    places: np.ndarray[Any, np.dtype[Any]] = np.repeat(begin, length) + inside
    return places


def _groups_of(path: Path, column: str) -> list[_Group]:
    stamp = _stamp(path.stat())
    footer = pq.read_metadata(path)
    place, cell = footer.schema.names.index(column), footer.schema.names.index(HEALPIX_COLUMN)
    groups: list[_Group] = []
    for number in range(footer.num_row_groups):
        if not footer.row_group(number).num_rows:
            continue
        statistics = footer.row_group(number).column(place).statistics
        if statistics is None or not statistics.has_min_max:
            raise pa.ArrowInvalid(f"row group {number} has no statistics of {column}")
        plain = plain_numbers(footer, number, (place, cell))
        if any(one.offset + one.size > stamp[0] for one in plain):
            raise pa.ArrowInvalid(f"row group {number} is longer than its file")
        is_sorted = _is_sorted(footer.row_group(number), place)
        groups.append(_Group(path, footer, number, statistics.min, statistics.max, stamp, plain, is_sorted))
    return groups


def _is_sorted(group: pq.RowGroupMetaData, place: int) -> bool:
    """Say whether a row group says that the values of a column are in their order."""
    first = next(iter(group.sorting_columns or ()), None)
    return first is not None and first.column_index == place and not first.descending
