"""Arrow IPC stream: the archive's fastest format, which ends with an empty batch that says how it went."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pyarrow as pa

from ..models import Outcome, ResultColumn
from .described import described
from .format import Assignment, Encoder

__all__ = ["make_arrow_encoder"]

_KEPT = 64

_Described = tuple[pa.Schema, tuple[ResultColumn, ...], int]


class _ArrowEncoder:
    """Writes message after message: the schema, each batch, the empty one and the mark of the end."""

    is_by_batch = True

    def __init__(self, assignment: Assignment) -> None:
        self._described: _Described = (assignment.schema, assignment.columns, assignment.maxrec)
        self._schema = described(*self._described)

    def head(self) -> bytes:
        return _head(*self._described)

    def rows(self, batch: pa.RecordBatch) -> memoryview:
        return memoryview(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema).serialize())

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        yield _tail(*self._described, outcome)


# Kept by what is known of the columns: schemas are equal whatever is written at their fields.
@lru_cache(maxsize=_KEPT)
def _head(schema: pa.Schema, columns: tuple[ResultColumn, ...], maxrec: int) -> bytes:
    content: bytes = described(schema, columns, maxrec).serialize().to_pybytes()
    return content


@lru_cache(maxsize=_KEPT)
def _tail(schema: pa.Schema, columns: tuple[ResultColumn, ...], maxrec: int, outcome: Outcome) -> bytes:
    """Return what stands behind the rows: a writer's stream without its head."""
    whole = described(schema, columns, maxrec)
    words = {
        "astrohub.status": outcome.status,
        "astrohub.rows": str(outcome.rows),
        "astrohub.message": outcome.message or "",
    }
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, whole) as writer:
        arrays = [pa.nulls(0, field.type) for field in whole]
        writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=whole), custom_metadata=words)
    content: bytes = sink.getvalue().to_pybytes()
    return content[len(_head(schema, columns, maxrec)) :]


def make_arrow_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of Arrow IPC streams."""
    return _ArrowEncoder(assignment)
