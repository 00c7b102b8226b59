"""Answers from what is in memory already: made where they are asked for, without a worker.

To wake a worker and to be woken by it takes longer than to find one row. So a few rows whose places are
known, and whose pages the kernel has in memory, are read by the service itself; no content of a file is
waited for. After each it rests as long as that took: who has much to do leaves more to the workers, which
are several.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import time
from collections.abc import Collection

import pyarrow as pa

from ..formats import Assignment, Format
from ..formats.shape import shape_of
from ..models import Outcome, Statement
from ..pages import PageTable
from .answer import Ready
from .faults import Declined
from .paged import MOST_BYTES, OpenedTable, open_table
from .picked import picked_at_once
from .picking import Picking

__all__ = ["AtHand"]

_log = logging.getLogger(__name__)


class AtHand:
    """Answers what can be answered at once; all but the opening of tables is done by the event loop."""

    def __init__(self) -> None:
        self._tables: dict[str, OpenedTable] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        # Some kinds of file cannot say whether they are in memory.
        self._silent: set[str] = set()
        self._is_able = hasattr(os, "RWF_NOWAIT")
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
        if begin < self._rests_until_s or fmt.is_kept or picking.folder is None:
            return None
        if (table := self._table(picking.folder)) is None:
            return None
        try:
            rows = picked_at_once(picking, table)
            return _written(rows, statement, fmt, maxrec)
        except Declined as e:
            if isinstance(e.__cause__, OSError) and e.__cause__.errno == errno.EOPNOTSUPP:
                self._silent.add(picking.folder)
            return None
        except Exception as e:  # noqa: BLE001 -- a worker meets the same, and only the query fails of it
            _log.info("not-at-hand", extra={"reason": f"{type(e).__name__}: {e}"[:500]})
            return None
        finally:
            end = time.monotonic()
            self._rests_until_s = end + (end - begin)

    def _table(self, folder: str) -> PageTable | None:
        """Return the table of a catalogue's pages, if it is open; else begin to open it."""
        if folder in self._silent or not self._is_able:
            return None
        opened = self._tables.get(folder)
        if opened is not None and opened.is_current(folder):
            return opened.table
        if folder not in self._opening:
            self._opening[folder] = asyncio.get_running_loop().create_task(self.open(folder))
        return None

    def keep(self, folders: Collection[str]) -> None:
        """Forget the tables of all catalogues but some."""
        self._tables = {folder: self._tables[folder] for folder in folders if folder in self._tables}
        self._silent.intersection_update(folders)

    async def open(self, folder: str) -> None:
        """Read the table of a catalogue's pages; of those that are too many in all it is left to workers."""
        try:
            opened = await asyncio.to_thread(open_table, folder)
        finally:
            self._opening.pop(folder, None)
        others = sum(one.size_bytes for name, one in self._tables.items() if name != folder)
        if self._tables and others + opened.size_bytes > MOST_BYTES:
            opened = OpenedTable(opened.stamp, None)
        self._tables[folder] = opened


def _written(rows: pa.Table, statement: Statement, fmt: Format, maxrec: int) -> Ready:
    """Return rows as an answer, with what belongs before and after them."""
    shape = shape_of(rows.schema, statement.columns)
    outcome = Outcome(min(rows.num_rows, maxrec), rows.num_rows > maxrec)
    encoder = fmt.encoder(Assignment(shape.schema, shape.columns, maxrec))
    pieces: list[bytes | memoryview] = [encoder.head()]
    pieces += [encoder.rows(shape.fit(batch)) for batch in rows.slice(0, maxrec).to_batches() if batch]
    return Ready(b"".join([*pieces, *encoder.tail(outcome)]), shape.columns, outcome)
