"""An answer on its way out of a worker: while some rows are sent, the next are encoded and others read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from ..errors import ArchiveError
from ..formats import Encoder
from ..formats.shape import Shape
from ..models import Outcome
from .ahead import ahead
from .faults import as_json
from .frames import PIECE_BYTES, Kind
from .told_columns import columns_as_json

__all__ = ["Outgoing", "Send"]

_READ_AHEAD = 2
# All that is encoded is sent, even when the query is cancelled meanwhile: so it is little.
_ENCODED_AHEAD = 1
# A thread costs more than a batch, and most answers are one.
_FEW_BATCHES = 2
# The engine hands over rows as they lie in files; what is done once a batch costs as much for a small one.
_BATCH_BYTES = 4 * 1024**2

Send = Callable[[Kind, Any], None]
"""Sends a frame; its content is bytes, or what becomes JSON."""

_Encoded = tuple[int, bytes | memoryview, bool]
"""How many rows, the rows, and whether others had to be left out."""


class Outgoing:
    """The answer to one query: an encoder, and what has been sent.

    Parameters
    ----------
    send
        Where to.
    """

    def __init__(self, send: Send) -> None:
        self.rows = 0
        self._send = send
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
            The rows; read in another thread if they are many.
        limit
            How many rows may be sent.
        stop
            Makes the reading of a batch end early, when no more is wanted.
        """
        few = list(islice(batches, _FEW_BATCHES))
        if len(few) < _FEW_BATCHES:
            return self._add(self._encoded(iter(few), limit))
        read = ahead(_gathered(chain(few, batches)), most=_READ_AHEAD, stop=stop)
        with closing(ahead(self._encoded_of(read, limit), most=_ENCODED_AHEAD, stop=stop)) as encoded:
            return self._add(encoded, is_counted=True)

    def _add(self, encoded: Iterator[_Encoded], *, is_counted: bool = False) -> bool:
        was_cut = False
        for rows, content, was_cut in encoded:  # noqa: B007 -- what the last one says is what is asked
            if is_counted:
                self._send(Kind.ROWS, {"rows": self.rows + rows})
            self._bytes(content)
            self.rows += rows
        return was_cut

    def _encoded_of(self, read: Generator[pa.RecordBatch, None, None], limit: int) -> Iterator[_Encoded]:
        with closing(read):
            yield from self._encoded(read, limit)

    def _encoded(self, batches: Iterator[pa.RecordBatch], limit: int) -> Iterator[_Encoded]:
        assert self._shape is not None
        assert self._encoder is not None
        room = limit
        for batch in batches:
            overflow = batch.num_rows > room
            kept = batch.slice(0, room) if overflow else batch
            room -= kept.num_rows
            content = self._encoder.rows(self._shape.fit(kept)) if kept.num_rows else b""
            yield kept.num_rows, content, overflow
            if overflow:
                return

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


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put small batches together."""
    waiting: list[pa.RecordBatch] = []
    size_bytes = 0
    for batch in batches:
        if waiting and size_bytes + batch.nbytes > _BATCH_BYTES:
            yield pa.concat_batches(waiting)
            waiting, size_bytes = [], 0
        waiting.append(batch)
        size_bytes += batch.nbytes
    if waiting:
        yield pa.concat_batches(waiting)
