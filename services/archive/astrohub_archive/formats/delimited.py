"""CSV: RFC 4180 with a line of names; NULL is an empty field, an empty text is quoted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ..models import Outcome, ResultColumn
from .format import Assignment, Encoder
from .text import as_text, build_texts

__all__ = ["make_csv_encoder"]

_NEEDS_QUOTES = r'[",\r\n]|^\s|\s$|^$'


class _CsvEncoder:
    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._names = [column.name for column in columns]

    def head(self) -> bytes:
        names = _quoted(build_texts(self._names)).to_pylist()
        return (",".join(names) + "\r\n").encode()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        pieces: list[pa.Array | str] = []
        for array in batch.columns:
            text = as_text(array)
            pieces += [_quoted(text) if array.type == pa.string() else text, ","]
        pieces[-1] = "\r\n"
        lines = pc.binary_join_element_wise(*pieces, "", null_handling="replace", null_replacement="")
        return b"".join(_bytes_of(lines))

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        return ()


def _quoted(array: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(array, _NEEDS_QUOTES)
    if not pc.any(special).as_py():
        return array
    doubled = pc.replace_substring(array, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), array)


def _bytes_of(lines: pa.Array) -> list[memoryview]:
    return (
        [memoryview(lines.buffers()[2])[: pc.sum(pc.binary_length(lines)).as_py() or 0]] if len(lines) else []
    )


def make_csv_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of CSV. It cannot say how an answer ended: a failure has to break the connection."""
    return _CsvEncoder(assignment.columns)
