"""Answers from what is in memory already: made where they are asked for, without a worker.

To wake a worker and to be woken by it takes longer than to find one row. So a few rows whose places are
known, and whose pages the kernel has in memory, are read by the service itself; it never waits for a disk.
After each it rests as long as that took: who has much to do leaves more to the workers, which are several.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from typing import Any

from ..formats import Assignment, Format
from ..formats.shape import shape_of
from ..models import Outcome, Statement
from .answer import Ready
from .faults import Declined
from .frames import Kind
from .outgoing import Outgoing
from .picked import Picker, Picking

__all__ = ["AtHand"]

_log = logging.getLogger(__name__)


class AtHand:
    """Answers what can be answered at once."""

    def __init__(self) -> None:
        self._picker = Picker()
        self._opening: dict[str, asyncio.Future[None]] = {}
        # Some kinds of file cannot say whether they are in memory.
        self._tells_memory = True
        self._rests_until_s = 0.0

    def answer(self, statement: Statement, picking: Picking, fmt: Format, maxrec: int) -> Ready | None:
        """Return the answer to a statement; None if a worker has to give it.

        Parameters
        ----------
        statement
            What is asked.
        picking
            Its rows.
        fmt
            In which format.
        maxrec
            Rows in the answer at most.
        """
        begin = time.monotonic()
        if begin < self._rests_until_s or not self._tells_memory or fmt.is_kept or picking.folder is None:
            return None
        if not self._picker.is_open(picking.folder):
            self._open_aside(picking.folder)
            return None
        try:
            ready = self._made(statement, picking, fmt, maxrec)
        except Declined as e:
            if isinstance(e.__cause__, OSError) and e.__cause__.errno == errno.EOPNOTSUPP:
                self._tells_memory = False
            return None
        except Exception as e:  # noqa: BLE001 -- a worker meets the same, and only the query fails of it
            _log.info("not-at-hand", extra={"reason": f"{type(e).__name__}: {e}"[:500]})
            return None
        end = time.monotonic()
        self._rests_until_s = end + (end - begin)
        return ready

    def _made(self, statement: Statement, picking: Picking, fmt: Format, maxrec: int) -> Ready:
        rows = self._picker.at_once(picking)
        collected = _Collected()
        sending = Outgoing(collected)
        shape = shape_of(rows.schema, statement.columns)
        sending.begin(shape, fmt.encoder(Assignment(shape.schema, shape.columns, maxrec)))
        was_cut = sending.add(iter(rows.to_batches()), limit=maxrec, stop=lambda: None)
        outcome = Outcome(sending.rows, was_cut)
        sending.end(outcome, lambda: None)
        return Ready(collected.pieces, shape.columns, outcome)

    def open(self, folder: str) -> None:
        """Read the table of a catalogue's pages; it blocks."""
        self._picker.open(folder)

    def _open_aside(self, folder: str) -> None:
        """Do so in a thread, for whoever asks next."""
        if folder not in self._opening:
            opening = asyncio.get_running_loop().run_in_executor(None, self.open, folder)
            self._opening[folder] = opening
            opening.add_done_callback(lambda _: self._opening.pop(folder))


class _Collected:
    """Keeps what is sent of an answer's bytes."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def __call__(self, kind: Kind, content: Any) -> None:
        """Keep a piece."""
        if kind is Kind.DATA and content:
            self.pieces.append(bytes(content))
