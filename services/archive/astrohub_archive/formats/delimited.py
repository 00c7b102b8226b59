"""Lines of values, CSV (RFC 4180) and TSV: NULL is an empty field, an empty text is quoted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ..models import Outcome
from .format import Assignment, Encoder
from .text import as_text, build_texts, joined_bytes

__all__ = ["CSV", "Dialect", "line_of_names", "lines_of", "make_csv_encoder", "make_tsv_encoder"]


@dataclass(frozen=True)
class Dialect:
    """How lines are written.

    Attributes
    ----------
    delimiter
        What stands between two values.
    line_end
        What ends a line.
    quoted
        A regular expression of the texts that stand in quotation marks.
    text_of
        Returns a column as texts.
    """

    delimiter: str
    line_end: str
    quoted: str
    text_of: Callable[[pa.Array], pa.Array] = as_text


CSV = Dialect(",", "\r\n", r'[",\r\n]|^\s|\s$|^$')
_TSV = Dialect("\t", "\n", r'["\t\r\n]|^\s|\s$|^$')


class _DelimitedEncoder:
    is_by_batch = True

    def __init__(self, assignment: Assignment, dialect: Dialect) -> None:
        self._names = [column.name for column in assignment.columns]
        self._dialect = dialect

    def head(self) -> bytes:
        return line_of_names(self._names, self._dialect)

    def rows(self, batch: pa.RecordBatch) -> bytes:
        return lines_of(batch, self._dialect)

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        return ()


def line_of_names(names: Iterable[str], dialect: Dialect) -> bytes:
    """Return the line of names."""
    written = _quoted(build_texts(names), dialect).to_pylist()
    return (dialect.delimiter.join(written) + dialect.line_end).encode()


def lines_of(batch: pa.RecordBatch, dialect: Dialect) -> bytes:
    """Return rows as lines."""
    pieces: list[pa.Array | str] = []
    for array in batch.columns:
        text = dialect.text_of(array)
        may_need_quotes = pa.types.is_string(array.type) or pa.types.is_nested(array.type)
        pieces += [_quoted(text, dialect) if may_need_quotes else text, dialect.delimiter]
    pieces[-1] = dialect.line_end
    lines = pc.binary_join_element_wise(*pieces, "", null_handling="replace", null_replacement="")
    return joined_bytes(lines)


def _quoted(array: pa.Array, dialect: Dialect) -> pa.Array:
    special = pc.match_substring_regex(array, dialect.quoted)
    if not pc.any(special).as_py():
        return array
    doubled = pc.replace_substring(array, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), array)


def make_csv_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of CSV. It cannot say how an answer ended: a failure has to break the connection."""
    return _DelimitedEncoder(assignment, CSV)


def make_tsv_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of TSV; what is said of CSV holds for it."""
    return _DelimitedEncoder(assignment, _TSV)
