"""Which identifiers stand in a part of a table: what is needed to find their rows in another one."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..models import HEALPIX_COLUMN, Partition
from .coverage import Ranges

__all__ = ["identifiers_in", "identifiers_of", "inside"]

_log = logging.getLogger(__name__)

_MOST_ROWS = 2_000_000
_MOST_IDENTIFIERS = 10_000


def identifiers_of(files: tuple[Path, ...], column: str) -> tuple[int | str, ...] | None:
    """Return all values of a column of some files, or None where they are too many to be of use."""
    found: set[int | str] = set()
    try:
        for path in files:
            with pq.ParquetFile(path) as file:
                if file.metadata.num_rows > _MOST_IDENTIFIERS:
                    return None
                found.update(file.read(columns=[column], use_threads=False)[column].drop_null().to_pylist())
    except (OSError, pa.ArrowException) as e:
        _log.warning("partners-not-read", extra={"column": column, "reason": str(e)})
        return None
    return tuple(found) if len(found) <= _MOST_IDENTIFIERS else None


def identifiers_in(
    partitions: tuple[Partition, ...], cells: Ranges, column: str
) -> tuple[int | str, ...] | None:
    """Return the values of a column in some cells, or None where they are too many to be of use.

    Parameters
    ----------
    partitions
        Where rows of these cells can be.
    cells
        Order 29 cells.
    column
        A column of identifiers.
    """
    if sum(one.rows for one in partitions) > _MOST_ROWS:
        return None
    found: set[int | str] = set()
    try:
        for partition in partitions:
            found.update(_values(partition, cells, column))
            if len(found) > _MOST_IDENTIFIERS:
                return None
    except (OSError, pa.ArrowException) as e:
        # Whoever reads the rows tells it better.
        _log.warning("partners-not-read", extra={"column": column, "reason": str(e)})
        return None
    return tuple(found)


def _values(partition: Partition, cells: Ranges, column: str) -> list[int | str]:
    with pq.ParquetFile(partition.path) as file:
        groups = _groups(file.metadata, cells)
        rows = file.read_row_groups(groups, columns=[column, HEALPIX_COLUMN], use_threads=False)
    here = inside(rows[HEALPIX_COLUMN].to_numpy(), cells)
    values: list[int | str] = rows[column].filter(pa.array(here)).drop_null().to_pylist()
    return values


def _groups(footer: pq.FileMetaData, cells: Ranges) -> list[int]:
    """Return the row groups in which there can be rows of some cells."""
    place = footer.schema.names.index(HEALPIX_COLUMN)
    chosen = []
    for number in range(footer.num_row_groups):
        known = footer.row_group(number).column(place).statistics
        if known is None or not known.has_min_max:
            chosen.append(number)
            continue
        begin = np.searchsorted(cells[:, 1], known.min, side="right")
        if begin < len(cells) and cells[begin, 0] <= known.max:
            chosen.append(number)
    return chosen


def inside(positions: NDArray[np.int64], cells: Ranges) -> NDArray[np.bool_]:
    """Say which order 29 cells are in some ranges of them."""
    before = np.searchsorted(cells[:, 0], positions, side="right") - 1
    are_inside: NDArray[np.bool_] = (before >= 0) & (positions < cells[np.maximum(before, 0), 1])
    return are_inside
