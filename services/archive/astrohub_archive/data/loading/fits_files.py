"""FITS binary tables, read piece by piece: no more than a piece is in memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from astropy.io import fits
from astropy.table import Table

from ...errors import UsageError
from ...table_files.astronomy_files import describe_column
from ...table_files.astropy_columns import arrow_rows
from ...table_files.rows import Rows

__all__ = ["read_fits"]

_PIECE_BYTES = 32 * 1024**2


def read_fits(path: Path) -> Rows:
    """Read the first table of a FITS file.

    Raises
    ------
    UsageError
        When there is none, or it is not whole.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            opened = fits.open(path, memmap=True)
            table = next((unit for unit in opened if isinstance(unit, fits.BinTableHDU)), None)
        except (OSError, ValueError, TypeError, KeyError) as e:
            raise UsageError("The file cannot be read as FITS: it is damaged.") from e
    if table is None:
        raise UsageError("The file cannot be read as FITS: there is no binary table in it.")
    start = table.fileinfo()["datLoc"]
    if start + table.size > path.stat().st_size:
        raise UsageError("The file cannot be read as FITS: its end is missing; fetch or write it again.")
    pieces = _pieces(opened, table)
    first = next(pieces, None)
    if first is None:
        return Rows(arrow_rows(_piece(table, 0, 0)).schema, [])
    return Rows(first.schema, _batches(first, pieces))


def _batches(first: Rows, rest: Iterator[Rows]) -> Iterator[pa.RecordBatch]:
    for rows in (first, *()):
        yield from rows.batches
    for rows in rest:
        for batch in rows.batches:
            yield from pa.Table.from_batches([batch]).cast(first.schema).to_batches()


def _pieces(opened: fits.HDUList, table: fits.BinTableHDU) -> Iterator[Rows]:
    total, width = table.header["NAXIS2"], max(table.header["NAXIS1"], 1)
    step = max(_PIECE_BYTES // width, 1)
    try:
        for start in range(0, total, step):
            yield arrow_rows(_piece(table, start, start + step))
    finally:
        opened.close()


def _piece(table: fits.BinTableHDU, start: int, stop: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            part = fits.BinTableHDU(table.data[start:stop], header=table.header.copy())
            piece = Table.read(part)
        except (OSError, ValueError, TypeError, KeyError, IndexError) as e:
            raise UsageError("The file cannot be read as FITS: its rows are damaged.") from e
    for number, name in enumerate(piece.colnames, 1):
        describe_column(piece[name], table.header, number)
    return piece
