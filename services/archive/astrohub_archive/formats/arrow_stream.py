"""Arrow IPC stream: the archive's fastest format, which ends with an empty batch that says how it went."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from ..models import Outcome
from .described import described
from .format import Assignment, Encoder
from .sink import Sink

__all__ = ["make_arrow_encoder"]


class _ArrowEncoder:
    def __init__(self, assignment: Assignment) -> None:
        self._schema = described(assignment.schema, assignment.columns, assignment.maxrec)
        self._sink = Sink()
        self._writer = pa.ipc.new_stream(pa.PythonFile(self._sink, mode="w"), self._schema)

    def head(self) -> bytes:
        return self._sink.take()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema))
        return self._sink.take()

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        empty = pa.RecordBatch.from_arrays(
            [pa.nulls(0, field.type) for field in self._schema], schema=self._schema
        )
        words = {
            "astrohub.status": outcome.status,
            "astrohub.rows": str(outcome.rows),
            "astrohub.message": outcome.message or "",
        }
        self._writer.write_batch(empty, custom_metadata=words)
        self._writer.close()
        yield self._sink.take()


def make_arrow_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of Arrow IPC streams."""
    return _ArrowEncoder(assignment)
