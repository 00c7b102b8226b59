"""An answer on its way out of a worker: while some rows are sent, the next are encoded and others read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from ..errors import ArchiveError
from ..formats import Encoder
from ..formats.shape import Shape
from ..models import Outcome
from .ahead import WAITING, ahead, side_by_side
from .faults import as_json
from .frames import PIECE_BYTES, Kind
from .told_columns import columns_as_json

__all__ = ["Outgoing", "Send"]

# A thread costs more than a batch, and most answers are one.
_FEW_BATCHES = 2
# The engine hands over rows as they lie in files; what is done once a batch costs as much for a small one.
_BATCH_BYTES = 4 * 1024**2

Send = Callable[[Kind, Any], None]
"""Sends a frame; its content is bytes, or what becomes JSON."""

_Wanted = tuple[pa.RecordBatch, bool]
"""Rows, and whether others had to be left out."""

_Encoded = tuple[int, bytes | memoryview, bool]
"""How many rows, the rows, and whether others had to be left out."""


class Outgoing:
    """The answer to one query: an encoder, and what has been sent.

    Parameters
    ----------
    send
        Where to.
    threads
        How many threads encode rows, in formats that let them.
    """

    def __init__(self, send: Send, threads: int = 1) -> None:
        self.rows = 0
        self._send = send
        self._threads = threads
        self._shape: Shape | None = None
        self._encoder: Encoder | None = None
        self._has_sent = False
        self._is_ending = False

    def begin(self, shape: Shape, encoder: Encoder) -> None:
        """Say what the columns are, and send what stands before the rows."""
        self._send(Kind.START, columns_as_json(shape.columns).encode())
        self._shape, self._encoder = shape, encoder
        self._bytes(encoder.head())

    def add(
        self,
        batches: Iterator[pa.RecordBatch],
        *,
        limit: int,
        stop: Callable[[], None],
    ) -> bool:
        """Send rows, `limit` at most; say whether there were more.

        Parameters
        ----------
        batches
            The rows; read in another thread if they are many, and encoded in others.
        limit
            How many rows may be sent.
        stop
            Makes the reading of a batch end early, when no more is wanted.
        """
        assert self._encoder is not None
        few = list(islice(batches, _FEW_BATCHES))
        if len(few) < _FEW_BATCHES:
            return self._add(map(self._encoded, _within(limit, iter(few))))
        read = ahead(_gathered(chain(few, batches)), most=WAITING, stop=stop)
        wanted = _within(limit, read)
        encoded = (
            side_by_side(self._encoded, wanted, threads=self._threads, stop=stop)
            if self._encoder.is_by_batch
            # One after the other, and none behind one that fails: such an encoder remembers what was before.
            else ahead(map(self._encoded, wanted), most=WAITING, stop=stop)
        )
        with closing(read), closing(encoded):
            return self._add(encoded, is_counted=True)

    def _add(self, encoded: Iterator[_Encoded], *, is_counted: bool = False) -> bool:
        was_cut = False
        for rows, content, was_cut in encoded:  # noqa: B007 -- what the last one says is what is asked
            if is_counted:
                self._send(Kind.ROWS, {"rows": self.rows + rows})
            self._bytes(content)
            self.rows += rows
        return was_cut

    def _encoded(self, wanted: _Wanted) -> _Encoded:
        assert self._shape is not None
        assert self._encoder is not None
        batch, was_cut = wanted
        content = self._encoder.rows(self._shape.fit(batch)) if batch.num_rows else b""
        return batch.num_rows, content, was_cut

    def end(self, outcome: Outcome, check: Callable[[], None]) -> None:
        """Send what stands after the rows, and how the answer ended."""
        assert self._encoder is not None
        self._is_ending = True
        for number, piece in enumerate(self._encoder.tail(outcome)):
            if number:
                check()
            self._bytes(piece)
        self._send(Kind.END, {"outcome": vars(outcome), "fault": None})

    def say(self, content: bytes) -> None:
        """Send what is no rows, as a whole."""
        self._bytes(content)
        self._send(Kind.END, {"outcome": asdict(Outcome(0)), "fault": None})

    def fail(self, fault: ArchiveError, *, detail: str) -> None:
        """Say of what the answer failed: inside it where something of it has left already."""
        described = as_json(fault, detail=detail)
        if self._encoder is None or not self._has_sent:
            self._send(Kind.FAIL, described)
            return
        outcome = Outcome(self.rows, message=fault.message)
        if not self._is_ending:
            self._bytes(b"".join(self._encoder.tail(outcome)))
        self._send(Kind.END, {"outcome": asdict(outcome), "fault": described})

    def _bytes(self, content: bytes | memoryview) -> None:
        self._has_sent = self._has_sent or bool(content)
        view = memoryview(content)
        for start in range(0, len(view), PIECE_BYTES):
            self._send(Kind.DATA, view[start : start + PIECE_BYTES])


def _within(limit: int, batches: Iterator[pa.RecordBatch]) -> Iterator[_Wanted]:
    """Yield so many rows of some batches."""
    room = limit
    for batch in batches:
        was_cut = batch.num_rows > room
        kept = batch.slice(0, room) if was_cut else batch
        room -= kept.num_rows
        yield kept, was_cut
        if was_cut:
            return


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put small batches together, and cut large ones."""
    waiting: list[pa.RecordBatch] = []
    size_bytes = 0
    for batch in chain.from_iterable(map(_parts, batches)):
        if waiting and size_bytes + batch.nbytes > _BATCH_BYTES:
            yield pa.concat_batches(waiting)
            waiting, size_bytes = [], 0
        waiting.append(batch)
        size_bytes += batch.nbytes
    if waiting:
        yield pa.concat_batches(waiting)


def _parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    each = max(batch.num_rows * _BATCH_BYTES // max(batch.nbytes, _BATCH_BYTES), 1)
    return (batch.slice(begin, each) for begin in range(0, max(batch.num_rows, 1), each))
