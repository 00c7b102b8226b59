"""What every reader of an uploaded file returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

__all__ = ["Rows"]


@dataclass(frozen=True)
class Rows:
    """Rows with what their file says of them.

    Attributes
    ----------
    schema
        The columns; units and the like are metadata of the fields.
    batches
        The rows; they agree with the schema in their types.
    description
        What the file says of the table.
    """

    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    description: str = ""
