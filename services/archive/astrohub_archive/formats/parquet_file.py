"""Parquet: a file that keeps types and units, with a VOTable of its metadata (VOParquet 1.0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..models import Outcome, ResultColumn
from .described import described
from .format import Assignment, Encoder
from .sink import Sink
from .votable import metadata_document

__all__ = ["GROUP_ROWS", "make_parquet_encoder", "write_options"]

GROUP_ROWS = 122_880
"""Rows of a row group at least, but for the last."""


def write_options(schema: pa.Schema) -> dict[str, Any]:
    """Return how pyarrow writes rows of these columns.

    Texts repeat, so each is looked up in a dictionary. Measured numbers hardly do: to look for each in a
    growing dictionary, and to give that up, takes twice as long as all else and makes the file larger.
    """
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    return {"compression": "zstd", "use_dictionary": texts or False}


class _ParquetEncoder:
    is_by_batch = False

    def __init__(self, assignment: Assignment) -> None:
        self._columns = assignment.columns
        self._longest = {n: 1 for n, kind in enumerate(assignment.schema.types) if pa.types.is_string(kind)}
        self._schema = described(assignment.schema, assignment.columns, assignment.maxrec)
        self._sink = Sink()
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._sink, mode="w"), self._schema, **write_options(self._schema)
        )
        self._waiting: list[pa.RecordBatch] = []

    def head(self) -> bytes:
        return bytes(self._sink.take())

    def rows(self, batch: pa.RecordBatch) -> memoryview:
        for number, longest in self._longest.items():
            found = pc.max(pc.utf8_length(batch.column(number))).as_py()
            self._longest[number] = max(longest, found or 0)
        self._waiting.append(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema))
        if sum(len(one) for one in self._waiting) >= GROUP_ROWS:
            self._write()
        return self._sink.take()

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        self._write()
        words = {
            "astrohub.status": outcome.status,
            "astrohub.rows": str(outcome.rows),
            "IVOA.VOTable-Parquet.version": "1.0",
            "IVOA.VOTable-Parquet.content": metadata_document(self._sized(), outcome).decode(),
        }
        self._writer.add_key_value_metadata(words)
        self._writer.close()
        yield bytes(self._sink.take())

    def _sized(self) -> list[ResultColumn]:
        """Return the columns, each text with the length of the longest: so astropy can join both parts."""
        return [
            replace(column, arraysize=str(self._longest[number])) if number in self._longest else column
            for number, column in enumerate(self._columns)
        ]

    def _write(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, schema=self._schema))
            self._waiting.clear()


def make_parquet_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of Parquet files; it holds the rows of one row group."""
    return _ParquetEncoder(assignment)
