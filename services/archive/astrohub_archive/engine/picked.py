"""Rows picked by place or identifier, read from their files without the engine.

To bind a statement takes an engine longer than it takes to decode the one row group in which a star
stands. Whatever is out of the ordinary is declined, and the engine is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..pages import PageTable
from .comparing import meeting
from .coverage import Ranges
from .faults import Declined
from .footers import Footers
from .paged import Batch, Paged, batches_of
from .picking import Picking

__all__ = ["Picker", "picked_at_once"]

_MOST_ROWS = 256 * 1024
_MOST_BYTES = 32 * 1024**2
_MOST_PAGE_BYTES = 64 * 1024**2
_MOST_FOUND_BYTES = 64 * 1024**2
# What is read at once holds up all others: this takes a millisecond at most.
_AT_ONCE_CELLS = 512
_AT_ONCE_ROWS = 4096
_AT_ONCE_BYTES = 512 * 1024
_AT_ONCE_FOUND = 512
# Also what a page may lead to that is damaged, or was made so on purpose.
_UNREADABLE = (
    OSError,
    pa.ArrowException,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    MemoryError,
    RecursionError,
)

# Wider than any rounding of the formula.
_BAND_DEG = 1e-9

_Part = tuple[pq.ParquetFile, list[int]]
"""A file, and which of its row groups are read."""

_Numbers = np.ndarray[Any, np.dtype[Any]]


class Picker:
    """Reads picked rows; keeps footers and tables of pages that it has read.

    Parameters
    ----------
    threads
        How many threads read what is in many pages.
    """

    def __init__(self, threads: int = 1) -> None:
        self._footers = Footers()
        self._paged = Paged()
        self._threads = threads

    def rows(
        self, picking: Picking, check: Callable[[], None] = lambda: None, most: int | None = None
    ) -> pa.Table:
        """Return the rows.

        Parameters
        ----------
        picking
            Which.
        check
            Called now and then; what it raises ends the reading.
        most
            Of how many there may be more, without all being read.

        Raises
        ------
        Declined
            When the engine has to be asked: the rows are too many, or something about a file is unusual.
        """
        limits = [limit for limit in (picking.most, most) if limit is not None]
        with _declining():
            # With all that is needed: what differs between files the engine brings to one type first.
            return _asked(pa.concat_tables(self._found(picking, check, min(limits, default=None))), picking)

    def _found(self, picking: Picking, check: Callable[[], None], most: int | None) -> list[pa.Table]:
        cells, needed = _cells(picking), _needed(picking)
        batches = self._paged.batches(picking.folder, cells, needed) if picking.folder else None
        if batches is not None:
            return self._from_pages(batches, picking, check, most)
        if not picking.files:
            raise Declined("rows of many files")
        with ExitStack() as opened:
            parts = self._parts(picking.files, cells, needed, opened)
            return [
                _picked(file.read_row_groups(groups, columns=needed, use_threads=False), picking)
                for file, groups in parts
            ]

    def _from_pages(
        self, batches: Sequence[Batch], picking: Picking, check: Callable[[], None], most: int | None
    ) -> list[pa.Table]:
        """Return the rows of some pages that are asked for, or as many of them as are wanted."""
        in_all, size_bytes = sum(batch.rows for batch in batches), sum(batch.size_bytes for batch in batches)
        if picking.identifiers is None and (in_all > _MOST_ROWS or size_bytes > _MOST_PAGE_BYTES):
            raise Declined("too much to be read")
        if len(batches) == 1:
            return [_only(batches[0].read(), picking)]
        found_rows = found_bytes = 0

        def work(batch: Batch) -> pa.Table | None:
            # Two threads may add at once: these are bounds, no sums.
            nonlocal found_rows, found_bytes
            check()
            if most is not None and found_rows >= most:
                return None
            rows = _picked(batch.read(), picking)
            found_rows += rows.num_rows
            found_bytes += rows.nbytes
            if found_bytes > _MOST_FOUND_BYTES:
                raise Declined("too much is found")
            return rows

        with ThreadPoolExecutor(self._threads) as threads:
            return [rows for rows in threads.map(work, batches) if rows is not None]

    def _parts(
        self, files: Sequence[str], cells: Ranges, needed: list[str], opened: ExitStack
    ) -> list[_Part]:
        """Open the files, and return which row groups are read of each."""
        parts: list[_Part] = []
        rows = size_bytes = 0
        for path in files:
            footer, file = self._footers.open(path)
            opened.enter_context(file)
            groups = footer.groups(cells)
            if not footer.plain.keys() >= set(needed):
                raise Declined("a column that the file has not, or the engine would change")
            more_rows, more_bytes = footer.size(groups, needed)
            rows, size_bytes = rows + more_rows, size_bytes + more_bytes
            if rows > _MOST_ROWS or size_bytes > _MOST_BYTES:
                raise Declined("too much to be read")
            parts.append((file, groups))
        return parts


def picked_at_once(picking: Picking, table: PageTable) -> pa.Table:
    """Return the rows, if they are very few and in memory.

    Parameters
    ----------
    picking
        Which.
    table
        The pages of their catalogue.

    Raises
    ------
    Declined
        As `Picker.rows` does; also when a disk would have to be waited for, or they are not so few.
    """
    needed = _needed(picking)
    if len(picking.cells) > _AT_ONCE_CELLS or not table.has(needed):
        raise Declined("rows of many places, or a column that the engine would change")
    pages = table.pages(_cells(picking))
    if not len(pages) or int(table.rows[pages].sum()) > _AT_ONCE_ROWS:
        raise Declined("no few pages")
    with _declining():
        batches = batches_of(table, pages, needed, at_once=True)
        if sum(batch.size_bytes for batch in batches) > _AT_ONCE_BYTES:
            raise Declined("pages that are too large")
        found = [_only(batch.read(at_once=True), picking) for batch in batches]
        rows = _asked(pa.concat_tables(found), picking)
    if rows.num_rows > _AT_ONCE_FOUND:
        raise Declined("rows that take long to be written")
    return rows


@contextmanager
def _declining() -> Iterator[None]:
    """Decline what cannot be read: the engine meets the same, and says what it is."""
    try:
        yield
    except _UNREADABLE as e:
        raise Declined(f"{type(e).__name__}: {e}") from e


def _cells(picking: Picking) -> Ranges:
    return np.array(picking.cells, dtype=np.int64).reshape(-1, 2)


def _needed(picking: Picking) -> list[str]:
    """Return the columns that are read."""
    condition = [picking.identifiers[0]] if picking.identifiers else list(picking.position)
    compared = (column for column, *_ in picking.comparisons)
    return list(dict.fromkeys([*picking.columns, *condition, *compared]))


def _asked(rows: pa.Table, picking: Picking) -> pa.Table:
    """Return of the rows that were found what is asked of them."""
    rows = rows.select(list(picking.columns))
    rows.validate(full=True)
    return rows if picking.most is None else rows.slice(0, picking.most)


def _only(rows: pa.Table, picking: Picking) -> pa.Table:
    """Return those of a few rows that are asked for."""
    found = _where(rows, picking)
    # A row keeps all in memory that was read with it; here that is little.
    return rows.slice(found[0].as_py(), 1) if len(found) == 1 else rows.take(found)


def _picked(rows: pa.Table, picking: Picking) -> pa.Table:
    """Return those of some rows that are asked for."""
    return rows.take(_where(rows, picking))


def _where(rows: pa.Table, picking: Picking) -> pa.Array:
    """Return where they stand, in their order."""
    found = _meant(rows, picking)
    return found.filter(meeting(rows, found, picking.comparisons)) if picking.comparisons else found


def _meant(rows: pa.Table, picking: Picking) -> pa.Array:
    """Return where the rows stand that have the identifiers or lie in the circle, in their order."""
    if picking.identifiers is not None:
        column, values = picking.identifiers
        kind = rows[column].type
        if len(values) == 1:
            return pc.indices_nonzero(pc.equal(rows[column], pa.scalar(values[0], kind)))
        return pc.indices_nonzero(pc.is_in(rows[column], pa.array(values, kind)))
    assert picking.circle is not None
    ra, dec, radius = picking.circle
    lon, lat = (rows[column].to_numpy().astype(np.float64, copy=False) for column in picking.position)
    # Most rows of a row group are ruled out by their declination alone.
    near = np.flatnonzero(np.abs(lat - dec) <= radius + _BAND_DEG)
    inside = _in_circle(lon[near], lat[near], ra, dec, radius, is_open=picking.is_open)
    return pa.array(near[inside])


def _in_circle(
    lon: _Numbers, lat: _Numbers, ra: float, dec: float, radius: float, *, is_open: bool
) -> _Numbers:
    """Return which positions lie in a circle, by the formula that the engine is given; NaN in none."""
    across = np.sin(np.radians(lon - ra) / 2) ** 2
    haversine = np.sin(np.radians(lat - dec) / 2) ** 2 + (
        np.cos(np.radians(lat)) * math.cos(math.radians(dec)) * across
    )
    limit = math.sin(math.radians(radius) / 2) ** 2
    inside: _Numbers = haversine < limit if is_open else haversine <= limit
    return inside
