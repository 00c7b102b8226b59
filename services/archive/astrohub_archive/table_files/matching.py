"""Rows that are to be appended to a table: its columns by name, in its order and its types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import UsageError
from ..formats.shape import Shape
from ..ivoa.parameters import shortened
from ..models import HEALPIX_COLUMN
from .described import kept_shape
from .retyping import as_type
from .rows import Rows

__all__ = ["Pattern", "matched"]


@dataclass(frozen=True)
class Pattern:
    """The columns of the table, as its files have them."""

    table: str
    shape: Shape

    @classmethod
    def of_file(cls, path: Path, table: str) -> Pattern:
        """Return what a file of a table says of its columns."""
        schema = pq.read_schema(path)
        kept = pa.schema([field for field in schema if field.name != HEALPIX_COLUMN])
        return cls(table, kept_shape(kept))

    @property
    def names(self) -> set[str]:
        """Return the names of the columns in lower case."""
        return {name.lower() for name in self.shape.schema.names}


def matched(rows: Rows, pattern: Pattern) -> Rows:
    """Return rows as rows of the table; columns that they lack are NULL.

    Raises
    ------
    UsageError
        When they have a column that the table has not; later, when a value does not fit.
    """
    schema = pattern.shape.schema
    places = {field.name.strip().lower(): number for number, field in enumerate(rows.schema)}
    strangers = [field.name for field in rows.schema if field.name.strip().lower() not in pattern.names]
    if strangers:
        raise UsageError(
            f"There is a column {shortened(strangers[0])} which mydb.{pattern.table} does not have; "
            f"its columns are {shortened(', '.join(schema.names), 300)}."
        )
    return Rows(schema, _batches(rows, schema, places))


def _batches(rows: Rows, schema: pa.Schema, places: dict[str, int]) -> Iterator[pa.RecordBatch]:
    for batch in rows.batches:
        arrays = [
            as_type(batch.column(places[field.name.lower()]), field)
            if field.name.lower() in places
            else pa.nulls(batch.num_rows, field.type)
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
