"""VOTable 1.4: what stands around the rows, and the ways of writing them (BINARY2, BINARY and TABLEDATA)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.compute as pc
import pybase64

from ..models import Outcome, ResultColumn
from .binary2 import encode_flagged_rows, encode_rows
from .format import Assignment, Encoder
from .sentinels import Sentinels
from .text import as_text, joined_bytes

__all__ = ["make_binary2_encoder", "make_binary_encoder", "make_tabledata_encoder", "metadata_document"]

_TOP = """<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results">
"""
_OK = '<INFO name="QUERY_STATUS" value="OK"/>\n'
_CONTROL = {number: " " for number in range(32) if chr(number) not in "\t\n\r"} | {0xFFFE: " ", 0xFFFF: " "}
_CONTROL_PATTERN = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]"


class _VOTableEncoder:
    """What both serializations share: fields before the rows, the status after them (DALI 1.1, §4.4)."""

    begin: str
    end: str
    is_by_batch = False

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._columns = columns

    def head(self) -> bytes:
        fields = "".join(_field(column, null) for column, null in self._fields())
        return f"{_TOP}{_OK}<TABLE>\n{fields}<DATA>{self.begin}".encode()

    def _fields(self) -> Iterable[tuple[ResultColumn, int | None]]:
        """Return the columns, each with the number that stands for NULL in it, if one does."""
        return ((column, None) for column in self._columns)

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        yield f"{self.end}</DATA>\n</TABLE>\n{_status(outcome)}</RESOURCE>\n</VOTABLE>\n".encode()


class _Binary2Encoder(_VOTableEncoder):
    begin = '<BINARY2><STREAM encoding="base64">\n'
    end = "</STREAM></BINARY2>"

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        super().__init__(columns)
        # Base64 takes three bytes at a time; up to two wait here for the next rows.
        self._waiting = b""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        content = memoryview(self._encode(batch, self._waiting))
        whole = len(content) // 3 * 3
        self._waiting = content[whole:].tobytes()
        return pybase64.b64encode(content[:whole])

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        yield pybase64.b64encode(self._waiting) + b"\n" + b"".join(super().tail(outcome))

    def _encode(self, batch: pa.RecordBatch, before: bytes) -> bytes | memoryview:
        return encode_flagged_rows(batch, self._columns, before)


class _BinaryEncoder(_Binary2Encoder):
    begin = '<BINARY><STREAM encoding="base64">\n'
    end = "</STREAM></BINARY>"

    def __init__(self, assignment: Assignment) -> None:
        self._sentinels = Sentinels.of(assignment.schema, assignment.columns)
        super().__init__(self._sentinels.columns)

    def _fields(self) -> Iterable[tuple[ResultColumn, int | None]]:
        return zip(self._columns, self._sentinels.numbers, strict=True)

    def _encode(self, batch: pa.RecordBatch, before: bytes) -> bytes | memoryview:
        return encode_rows(self._sentinels.put_into(batch), self._columns, before)


class _TabledataEncoder(_VOTableEncoder):
    begin = "<TABLEDATA>\n"
    end = "</TABLEDATA>"
    is_by_batch = True

    def rows(self, batch: pa.RecordBatch) -> bytes:
        pieces: list[pa.Array | str] = []
        for array in batch.columns:
            text = as_text(array)
            if pa.types.is_fixed_size_list(array.type):
                # An array of a fixed size cannot be left empty.
                text = text.fill_null(" ".join(["NaN"] * array.type.list_size))
            pieces += ["</TD><TD>", _escaped(text) if array.type == pa.string() else text]
        pieces[0] = "<TR><TD>"
        lines = pc.binary_join_element_wise(
            *pieces, "</TD></TR>\n", "", null_handling="replace", null_replacement=""
        )
        return joined_bytes(lines)


def metadata_document(columns: Sequence[ResultColumn], outcome: Outcome) -> bytes:
    """Return a VOTable without rows, for a file that holds these in another form (VOParquet 1.0, §2)."""
    fields = "".join(_field(column, None) for column in columns)
    status = _status(outcome) or _OK
    return f"{_TOP}{status}<TABLE>\n{fields}</TABLE>\n</RESOURCE>\n</VOTABLE>\n".encode()


def _field(column: ResultColumn, null: int | None) -> str:
    attributes = {
        "name": column.name,
        "datatype": column.datatype or "char",
        "arraysize": column.arraysize,
        "xtype": column.xtype,
        "unit": column.unit,
        "ucd": column.ucd,
        "utype": column.utype,
    }
    written = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items() if value)
    within = f"<DESCRIPTION>{escape(_clean(column.description))}</DESCRIPTION>" if column.description else ""
    if null is not None:
        within += f'<VALUES null="{null}"/>'
    return f"<FIELD{written}>{within}</FIELD>\n" if within else f"<FIELD{written}/>\n"


def _status(outcome: Outcome) -> str:
    if outcome.message is not None:
        message = escape(_clean(outcome.message))
        return f'<INFO name="QUERY_STATUS" value="ERROR">{message}</INFO>\n'
    return '<INFO name="QUERY_STATUS" value="OVERFLOW"/>\n' if outcome.overflow else ""


def _clean(text: str) -> str:
    """Take out the characters that XML cannot hold."""
    return text.translate(_CONTROL)


def _escaped(array: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(array, _CONTROL_PATTERN)).as_py():
        array = pc.replace_substring_regex(array, _CONTROL_PATTERN, " ")
    if not pc.any(pc.match_substring_regex(array, "[&<>]")).as_py():
        return array
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        array = pc.replace_substring(array, character, entity)
    return array


def make_binary2_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of VOTable with BINARY2 rows."""
    return _Binary2Encoder(assignment.columns)


def make_binary_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of VOTable with BINARY rows, for clients that do not know BINARY2."""
    return _BinaryEncoder(assignment)


def make_tabledata_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of VOTable with rows as XML."""
    return _TabledataEncoder(assignment.columns)
