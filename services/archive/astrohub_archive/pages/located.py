"""Where the pages of a Parquet file lie: found by walking over their headers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .headers import DATA_PAGE, page_header

__all__ = ["Located", "locate"]


@dataclass(frozen=True)
class Located:
    """The pages of one file, in the order of its rows.

    Attributes
    ----------
    rows
        How many rows are in each, shape (pages,).
    places
        For each page and column where it begins in the file, how many bytes it takes, its header
        included, and how many when it is unpacked: shape (pages, columns, 3).
    """

    rows: NDArray[np.int64]
    places: NDArray[np.int64]


def locate(path: Path, footer: pq.FileMetaData) -> Located | None:
    """Return where the pages of a file lie; None where its columns are not cut at the same rows.

    Neither are pages found of columns that have parts, or a dictionary.

    Parameters
    ----------
    path
        The file.
    footer
        What it says at its end.

    Raises
    ------
    OSError, ValueError
        When the file cannot be read, or has no pages where its footer says.
    """
    if any(pa.types.is_nested(field.type) for field in footer.schema.to_arrow_schema()):
        return None
    content = path.read_bytes()
    groups = [_group(content, footer.row_group(number)) for number in range(footer.num_row_groups)]
    known = [one for one in groups if one is not None]
    if len(known) < len(groups) or not known:
        return None
    rows, places = zip(*known, strict=True)
    return Located(np.concatenate(rows), np.concatenate(places))


def _group(content: bytes, group: pq.RowGroupMetaData) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return the rows and the places of the pages of a row group."""
    columns: list[Any] = []
    for number in range(group.num_columns):
        chunk = group.column(number)
        if chunk.has_dictionary_page:
            return None
        begin = chunk.data_page_offset
        found = _pages(content, begin, begin + chunk.total_compressed_size)
        if found is None:
            return None
        columns.append(np.array(found, dtype=np.int64).reshape(-1, 4))
    rows = columns[0][:, 3]
    if any(not np.array_equal(column[:, 3], rows) for column in columns) or rows.sum() != group.num_rows:
        return None
    return rows, np.stack([column[:, :3] for column in columns], axis=1)


def _pages(content: bytes, begin: int, end: int) -> list[tuple[int, int, int, int]] | None:
    """Return where each page of a column begins, its bytes, those unpacked, its values; None if unusual."""
    found = []
    while begin < end:
        header, after = page_header(content, begin)
        if header.kind != DATA_PAGE or header.packed_bytes < 0 or header.values < 0:
            return None
        after += header.packed_bytes
        found.append((begin, after - begin, header.unpacked_bytes, header.values))
        begin = after
    if begin != end:
        raise ValueError("its last page is longer than its column")
    return found
