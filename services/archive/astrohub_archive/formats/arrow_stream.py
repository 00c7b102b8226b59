"""Arrow IPC stream: the archive's fastest format, which ends with an empty batch that says how it went."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pyarrow as pa

from ..models import Outcome
from .described import described
from .format import Assignment, Encoder

__all__ = ["make_arrow_encoder"]

_SCHEMAS = 64


class _ArrowEncoder:
    """Writes message after message: the schema, each batch, the empty one and the mark of the end."""

    def __init__(self, assignment: Assignment) -> None:
        self._schema = described(assignment.schema, assignment.columns, assignment.maxrec)

    def head(self) -> bytes:
        return _head(self._schema)

    def rows(self, batch: pa.RecordBatch) -> memoryview:
        return memoryview(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema).serialize())

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        yield _tail(self._schema, outcome)


@lru_cache(maxsize=_SCHEMAS)
def _head(schema: pa.Schema) -> bytes:
    content: bytes = schema.serialize().to_pybytes()
    return content


@lru_cache(maxsize=_SCHEMAS)
def _tail(schema: pa.Schema, outcome: Outcome) -> bytes:
    """Return what stands behind the rows: a writer's stream without its head."""
    words = {
        "astrohub.status": outcome.status,
        "astrohub.rows": str(outcome.rows),
        "astrohub.message": outcome.message or "",
    }
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        arrays = [pa.nulls(0, field.type) for field in schema]
        writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema), custom_metadata=words)
    content: bytes = sink.getvalue().to_pybytes()
    return content[len(_head(schema)) :]


def make_arrow_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of Arrow IPC streams."""
    return _ArrowEncoder(assignment)
