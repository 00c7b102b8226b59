"""JSON: one object with the columns, the rows as arrays, and at its end how it went."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from ..models import Outcome, ResultColumn
from .described import words_of
from .format import Assignment, Encoder
from .json_text import as_json_text
from .text import joined_bytes

__all__ = ["make_json_encoder"]


class _JsonEncoder:
    is_by_batch = False

    def __init__(self, assignment: Assignment) -> None:
        self._columns = assignment.columns
        self._maxrec = assignment.maxrec
        self._has_rows = False

    def head(self) -> bytes:
        columns = ",\n".join(_dump(_described(column)) for column in self._columns)
        return f'{{"maxrec":{self._maxrec},\n"metadata":[\n{columns}\n],\n"data":['.encode()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        if not batch.num_rows:
            return b""
        pieces: list[pa.Array | str] = []
        for array in batch.columns:
            pieces += [",", as_json_text(array)]
        pieces[0] = ",\n["
        lines = joined_bytes(pc.binary_join_element_wise(*pieces, "]", ""))
        begun, self._has_rows = self._has_rows, True
        return lines if begun else lines[1:]

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        end = {"status": outcome.status, "rows": outcome.rows}
        if outcome.message is not None:
            end["message"] = outcome.message
        yield f"\n],\n{_dump(end)[1:]}\n".encode()


def _described(column: ResultColumn) -> dict[str, str]:
    return {"name": column.name, **words_of(column)}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def make_json_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of JSON."""
    return _JsonEncoder(assignment)
