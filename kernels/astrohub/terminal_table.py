"""Rows aligned for a terminal: names, units, numbers to the right, NULL as a dash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from .errors import display_width, printable

__all__ = ["lines"]

NULL = "–"
WIDEST = 48
LOOK_AHEAD = 1000


def lines(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
    """Yield the lines of a table; columns are as wide as the first rows need."""
    rows = (row for batch in batches for row in _rows(batch))
    first = list(islice(rows, LOOK_AHEAD))
    heads = [[printable(field.name) for field in schema], [_unit(field) for field in schema]]
    widths = [max(map(display_width, column)) for column in zip(*heads, *first, strict=True)]
    right = [pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in schema.types]
    for head in heads if any(heads[1]) else heads[:1]:
        yield _line(head, widths, right)
    yield "  ".join("-" * width for width in widths)
    for row in chain(first, rows):
        yield _line(row, widths, right)


def _unit(field: pa.Field) -> str:
    return printable((field.metadata or {}).get(b"unit", b"").decode("utf-8", "replace"))


def _rows(batch: pa.RecordBatch) -> list[tuple[str, ...]]:
    return list(zip(*([_cell(value) for value in _values(column)] for column in batch.columns), strict=True))


def _values(column: pa.Array) -> list[Any]:
    """Python values; single-precision numbers keep the digits they have."""
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        return [
            None if value is None else str(column.type.to_pandas_dtype()(value))
            for value in column.to_pylist()
        ]
    return list(column.to_pylist())


def _cell(value: Any) -> str:
    if value is None:
        return NULL
    text = printable(str(value)).replace("\n", " ")
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _line(cells: Iterable[str], widths: list[int], right: list[bool]) -> str:
    padded = (
        " " * (width - display_width(cell)) + cell if aligned else cell + " " * (width - display_width(cell))
        for cell, width, aligned in zip(cells, widths, right, strict=True)
    )
    return "  ".join(padded).rstrip()
