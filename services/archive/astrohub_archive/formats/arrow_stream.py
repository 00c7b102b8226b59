"""Arrow IPC stream: the archive's fastest format, which ends with an empty batch that says how it went."""

from __future__ import annotations

import pyarrow as pa

from ..models import Outcome, ResultColumn
from .format import Encoder

__all__ = ["make_arrow_encoder"]

_KEYS = ("unit", "ucd", "utype", "description", "datatype", "arraysize", "xtype")


class _Sink:
    """Collects what a stream writer writes until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: pa.Buffer) -> int:
        self._pieces.append(memoryview(data).tobytes())
        return len(data)

    def flush(self) -> None:
        """Do nothing: `take` hands over what is there."""

    def close(self) -> None:
        """Do nothing: what was written stays until it is taken."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class _ArrowEncoder:
    def __init__(self, schema: pa.Schema, columns: tuple[ResultColumn, ...], maxrec: int) -> None:
        fields = [field.with_metadata(_metadata(c)) for field, c in zip(schema, columns, strict=True)]
        self._schema = pa.schema(fields, metadata={"astrohub.maxrec": str(maxrec)})
        self._sink = _Sink()
        self._writer = pa.ipc.new_stream(pa.PythonFile(self._sink, mode="w"), self._schema)

    def head(self) -> bytes:
        return self._sink.take()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema))
        return self._sink.take()

    def tail(self, outcome: Outcome) -> bytes:
        empty = pa.RecordBatch.from_arrays(
            [pa.array([], field.type) for field in self._schema], schema=self._schema
        )
        words = {
            "astrohub.status": outcome.status,
            "astrohub.rows": str(outcome.rows),
            "astrohub.message": outcome.message or "",
        }
        self._writer.write_batch(empty, custom_metadata=words)
        self._writer.close()
        return self._sink.take()


def _metadata(column: ResultColumn) -> dict[str, str]:
    values = {key: getattr(column, key) for key in _KEYS}
    return {key: value for key, value in values.items() if value}


def make_arrow_encoder(schema: pa.Schema, columns: tuple[ResultColumn, ...], maxrec: int) -> Encoder:
    """Make an encoder of Arrow IPC streams."""
    return _ArrowEncoder(schema, columns, maxrec)
