"""Where rows with given identifiers stand: reading the index catalogues of a table."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..models import HEALPIX_COLUMN, IndexCatalog
from .coverage import Ranges, merge

__all__ = ["Found", "Lookup"]


@dataclass(frozen=True)
class Found:
    """The order 29 cells in which rows stand, and how many rows they are."""

    cells: Ranges
    rows: int


@dataclass(frozen=True)
class _Group:
    """One row group of an index file, with the smallest and largest identifier in it."""

    path: Path
    footer: pq.FileMetaData
    number: int
    low: Any
    high: Any


class Lookup:
    """Answers where identifiers are; each index file's footer is read once.

    Parameters
    ----------
    index
        The index catalogue of one identifier.
    """

    def __init__(self, index: IndexCatalog) -> None:
        self._column = index.column
        self._groups = [group for path in index.files for group in _groups_of(path, index.column)]

    def find(self, values: Sequence[int | str]) -> Found:
        """Return where rows with any of these identifiers stand.

        Raises
        ------
        OSError, pyarrow.ArrowException
            When a file is damaged, or the identifiers are of another type.
        """
        found: list[np.ndarray[Any, np.dtype[np.int64]]] = []
        wanted = sorted(values)
        for group in self._groups:
            here = wanted[bisect_left(wanted, group.low) : bisect_right(wanted, group.high)]
            if here:
                found.append(self._read(group, here))
        cells = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
        return Found(merge(np.stack([cells, cells + 1], axis=1)), sum(map(len, found)))

    def _read(self, group: _Group, values: Sequence[int | str]) -> np.ndarray[Any, np.dtype[np.int64]]:
        with pq.ParquetFile(group.path, metadata=group.footer) as file:
            rows = file.read_row_group(group.number, columns=[self._column, HEALPIX_COLUMN])
        rows = rows.filter(rows[self._column].is_valid())
        identifiers = rows[self._column].to_numpy()
        cells: np.ndarray[Any, np.dtype[np.int64]] = rows[HEALPIX_COLUMN].to_numpy().astype(np.int64)
        return cells[np.isin(identifiers, np.array(values, dtype=identifiers.dtype))]


def _groups_of(path: Path, column: str) -> list[_Group]:
    footer = pq.read_metadata(path)
    place = footer.schema.names.index(column)
    groups: list[_Group] = []
    for number in range(footer.num_row_groups):
        statistics = footer.row_group(number).column(place).statistics
        if statistics is None or not statistics.has_min_max:
            raise pa.ArrowInvalid(f"row group {number} has no statistics of {column}")
        groups.append(_Group(path, footer, number, statistics.min, statistics.max))
    return groups
