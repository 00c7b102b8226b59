"""Running one query in a worker: from SQL to the bytes of its answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..errors import ArchiveError, EngineError
from ..formats import Assignment, Scratch, find_format
from ..formats.shape import shape_of
from ..models import Outcome
from .damage import find_damaged
from .faults import DamagedTable, Declined, QueryCancelled, damaged, from_json, is_fatal, translate
from .lock import Lock, open_locked
from .outgoing import Outgoing, Send
from .picked import Picker
from .picking import Picking
from .told_columns import columns_from_json

__all__ = ["Runner"]

_BATCH_VALUES = 512 * 1024
_LEAST_ROWS, _MOST_ROWS = 2048, 65_536
# The engine gains from knowing a small limit; a large one only slows it.
_PUSHED_ROWS = 100_000


class Runner:
    """Runs queries one after the other in a locked engine; `cancel` may come from another thread.

    The engine that is kept warm reads public data only. A query of tables that are not public gets an
    engine of its own, which may read the folders of just these tables and is closed after it.
    """

    def __init__(self, lock: Lock, send: Send) -> None:
        self._lock = lock
        self._engine = open_locked(lock)
        self._send = send
        self._picker = Picker(lock.threads)
        self._guard = threading.Lock()
        self._query: int | None = None
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._reason: ArchiveError | None = None
        self._last = 0
        self._early: dict[str, Any] | None = None

    def run(self, request: dict[str, Any]) -> bool:
        """Run one query and send its answer; say whether the engine can be used for another."""
        private = self._private_engine(request.get("private_folders", ()))
        # What is picked from files needs no engine, and a cursor takes as long as a file.
        engine = None if "picking" in request else private or self._engine
        cursor = self._take_up(request["query"], engine)
        answer = Outgoing(self._send, self._lock.threads)
        try:
            self._stream(request, answer)
        except Exception as e:  # noqa: BLE001, the outermost ring: whatever it is, one query fails of it
            self._report(e, request, answer)
            return not is_fatal(e)
        finally:
            with self._guard:
                self._query = self._cursor = None
            if cursor is not None:
                cursor.close()
            if private is not None:
                private.close()
        return True

    def _private_engine(self, folders: Sequence[str]) -> duckdb.DuckDBPyConnection | None:
        if not folders:
            return None
        lock = self._lock
        # Two engines must not share a folder to spill into: closing one empties it.
        temp = f"{lock.temp_directory}/private"
        return open_locked(replace(lock, readable=(*lock.readable, *folders), temp_directory=temp))

    def _take_up(
        self, query: int, engine: duckdb.DuckDBPyConnection | None
    ) -> duckdb.DuckDBPyConnection | None:
        with self._guard:
            self._query = self._last = query
            early, self._early = self._early, None
            self._reason = _reason(early) if early and early["query"] == query else None
            self._cursor = None if engine is None else engine.cursor()
            return self._cursor

    def cancel(self, request: dict[str, Any]) -> None:
        """Stop the query of this number, if it runs now or is still to come (numbers only grow)."""
        with self._guard:
            if request["query"] == self._query:
                self._reason = _reason(request)
                if self._cursor is not None:
                    self._cursor.interrupt()
            elif request["query"] > self._last:
                self._early = request

    def _stream(self, request: dict[str, Any], answer: Outgoing) -> None:
        self._check()
        if self._cursor is None:
            self._pick(request, answer)
            return
        if request.get("explain"):
            answer.say(_explain(self._cursor, request["sql"]))
            return
        limit = request["maxrec"]
        columns = columns_from_json(request["columns"])
        rows_at_once = max(_LEAST_ROWS, min(_MOST_ROWS, _BATCH_VALUES // max(len(columns), 1)))
        reader = _reader(self._cursor, request, rows_at_once=min(rows_at_once, limit + 1))
        self._begin(request, answer, reader.schema)
        if limit == 0:
            # DALI 1.1, §3.4.4: the answer is metadata and the mark of an overflow; nothing need be run.
            answer.end(Outcome(0, overflow=True), self._check)
            return
        overflow = answer.add(self._batches(reader), limit=limit, stop=self._interrupt)
        answer.end(Outcome(answer.rows, overflow), self._check)

    def _pick(self, request: dict[str, Any], answer: Outgoing) -> None:
        """Answer from the files, without the engine."""
        limit = request["maxrec"]
        rows = self._picker.rows(Picking(**request["picking"]), self._check, limit + 1)
        self._begin(request, answer, rows.schema)
        overflow = answer.add(iter(rows.to_batches(_MOST_ROWS)), limit=limit, stop=lambda: None)
        answer.end(Outcome(answer.rows, overflow), self._check)

    def _begin(self, request: dict[str, Any], answer: Outgoing, schema: pa.Schema) -> None:
        shape = shape_of(schema, columns_from_json(request["columns"]))
        scratch = Scratch(Path(self._lock.temp_directory), self._lock.spill_mb * 1024**2)
        assignment = Assignment(shape.schema, shape.columns, request["maxrec"], scratch)
        answer.begin(shape, find_format(request["format"]).encoder(assignment))

    def _interrupt(self) -> None:
        with self._guard:
            if self._cursor is not None:
                self._cursor.interrupt()

    def _batches(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        while True:
            self._check()
            try:
                yield reader.read_next_batch()
            except StopIteration:
                return

    def _check(self) -> None:
        if self._reason is not None:
            raise self._reason

    def _report(self, error: Exception, request: dict[str, Any], answer: Outgoing) -> None:
        with self._guard:
            reason = self._reason
        fault = reason or translate(error, request["tables"], request["memory_mb"])
        if isinstance(fault, DamagedTable):
            found = find_damaged(request["sql"], str(error), request["tables"])
            fault = damaged(*found) if found else fault
        is_news = reason is None and not isinstance(fault, Declined)
        answer.fail(fault, detail=f"{type(error).__name__}: {error}"[:2000] if is_news else "")


def _reason(request: dict[str, Any]) -> ArchiveError:
    reason = request.get("reason")
    return from_json(reason) if reason else QueryCancelled("The query was cancelled.")


def _reader(
    cursor: duckdb.DuckDBPyConnection, request: dict[str, Any], *, rows_at_once: int
) -> pa.RecordBatchReader:
    """Return a reader of the rows of one SELECT statement; nothing else is passed to the engine."""
    statement = _only_select(cursor, request["sql"])
    limit = request["maxrec"]
    if request.get("is_small") and limit:
        # It is read and bound once, which is half of what it takes, but its rows are all put down at once.
        return cursor.execute(statement).to_arrow_reader(rows_at_once)
    relation = cursor.sql(statement)
    if limit < _PUSHED_ROWS:
        relation = relation.limit(limit + 1 if limit else 0)
    return relation.to_arrow_reader(rows_at_once)


def _explain(cursor: duckdb.DuckDBPyConnection, sql: str) -> bytes:
    """Return the engine's plan of one SELECT statement, as JSON; nothing is run."""
    _only_select(cursor, sql)
    rows = cursor.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()
    return str(rows[0][1]).encode()


def _only_select(cursor: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Return the one statement that a text is, a SELECT."""
    statements = cursor.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise EngineError("The engine runs single SELECT statements only.")
    return statements[0]
