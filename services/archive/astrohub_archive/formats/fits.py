"""FITS: a binary table (FITS 4.0, §7.3), whose header says what only the last row decides.

The number of rows, the width of texts and the numbers that stand for NULL come before the rows. So the
rows go to a spool first, and the answer is written when all of them have been seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from ..errors import QueryError
from ..models import Outcome, ResultColumn
from .fits_cards import BLOCK_BYTES, Card, header
from .fits_columns import FitsColumn, fits_column
from .format import Assignment, Encoder
from .numbers import Values, side_by_side
from .spool import Spool

__all__ = ["make_fits_encoder"]

_MOST_COLUMNS = 999
_PIECE_BYTES = 8 * 1024**2
_NARROW_HEAP = 2**31


class _FitsEncoder:
    is_by_batch = False

    def __init__(self, assignment: Assignment) -> None:
        if len(assignment.columns) > _MOST_COLUMNS:
            raise QueryError(
                f"The answer has {len(assignment.columns):,} columns; a FITS table has {_MOST_COLUMNS} "
                "at most. Select fewer, or ask for another format."
            )
        self._about = assignment.columns
        self._maxrec = assignment.maxrec
        self._most_bytes = assignment.scratch.most_bytes
        self._columns = [fits_column(field.name, field.type) for field in assignment.schema]
        self._spool = Spool(assignment.schema, assignment.scratch)

    def head(self) -> bytes:
        return b""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        for column, array in zip(self._columns, batch.columns, strict=True):
            column.see(array)
        self._spool.add(batch)
        return b""

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        try:
            if outcome.message is None:
                self._spool.finish()
                yield from self._table(outcome)
        finally:
            self._spool.close()

    def _table(self, outcome: Outcome) -> Iterator[bytes]:
        heap_bytes = sum(column.heap_bytes for column in self._columns)
        place = np.dtype(">i8" if heap_bytes >= _NARROW_HEAP else ">i4")
        in_heap = 2 * place.itemsize
        width = sum(in_heap if column.width is None else column.width for column in self._columns)
        self._check_size(outcome.rows * width + heap_bytes)
        primary: list[Card] = [("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)]
        yield header(primary) + header(self._cards(outcome, width, heap_bytes))
        heap = 0
        for batch in self._slices(width):
            encoded, heap = _rows(self._columns, batch, place, heap)
            yield encoded
        if heap_bytes:
            for batch in self._slices(width):
                yield from _heap(self._columns, batch)
        yield bytes(-(outcome.rows * width + heap_bytes) % BLOCK_BYTES)

    def _check_size(self, size_bytes: int) -> None:
        """Refuse what one long text would blow up: in FITS every row has room for the longest."""
        if size_bytes > self._most_bytes:
            raise QueryError(
                f"As FITS the answer would have {size_bytes // 1024**2:,} MB, more than the "
                f"{self._most_bytes // 1024**2:,} MB that it may have; leave out columns of long texts, "
                "or ask for Parquet or VOTable."
            )

    def _slices(self, width: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows in pieces that take little memory, however wide they are."""
        count = max(1, _PIECE_BYTES // width)
        for batch in self._spool.batches():
            for start in range(0, batch.num_rows, count):
                yield batch.slice(start, count)

    def _cards(self, outcome: Outcome, width: int, heap_bytes: int) -> Iterator[Card]:
        yield from (
            ("XTENSION", "BINTABLE"),
            ("BITPIX", 8),
            ("NAXIS", 2),
            ("NAXIS1", width),
            ("NAXIS2", outcome.rows),
            ("PCOUNT", heap_bytes),
            ("GCOUNT", 1),
            ("TFIELDS", len(self._columns)),
            ("EXTNAME", "RESULT"),
            ("QSTATUS", outcome.status),
            ("MAXREC", self._maxrec),
        )
        for number, (column, about) in enumerate(zip(self._columns, self._about, strict=True), 1):
            yield from _column_cards(number, column, about, wide=heap_bytes >= _NARROW_HEAP)


def _column_cards(number: int, column: FitsColumn, about: ResultColumn, *, wide: bool) -> Iterator[Card]:
    yield f"TTYPE{number}", about.name
    yield f"TFORM{number}", column.form(wide=wide)
    if column.null is not None:
        yield f"TNULL{number}", column.null
    words = {
        "TUNIT": about.unit,
        "TUCD": about.ucd,
        "TUTYP": about.utype,
        "TXTYP": about.xtype,
        "TCOMM": about.description,
    }
    yield from ((f"{keyword}{number}", value) for keyword, value in words.items() if value)


def _rows(
    columns: Iterable[FitsColumn], batch: pa.RecordBatch, place: np.dtype[np.signedinteger], heap: int
) -> tuple[bytes, int]:
    """Return rows as bytes, and where in the heap the next ones begin."""
    written: list[Values] = []
    for column, array in zip(columns, batch.columns, strict=True):
        if column.width is not None:
            written.append(column.values(array))
            continue
        counts = column.counts(array)
        sizes = counts.astype(np.int64) * column.element_bytes
        ends = heap + np.cumsum(sizes)
        written.append(np.stack([counts, ends - sizes], axis=1).astype(place))
        heap = int(ends[-1])
    return side_by_side(written).tobytes(), heap


def _heap(columns: Iterable[FitsColumn], batch: pa.RecordBatch) -> Iterator[bytes]:
    for column, array in zip(columns, batch.columns, strict=True):
        if column.width is None:
            yield column.values(array).tobytes()


def make_fits_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of FITS; it holds a batch in memory and the rows on disk."""
    return _FitsEncoder(assignment)
