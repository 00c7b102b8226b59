"""ECSV 1.0: lines of values below a header in YAML with units, descriptions and UCDs (astropy's APE 6).

The header also says how the answer ended, and so is written last: the rows wait in a spool meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from ..models import Outcome, ResultColumn
from .delimited import Dialect, line_of_names, lines_of
from .described import words_of
from .format import Assignment, Encoder
from .spool import Spool
from .text import as_text, build_texts

__all__ = ["make_ecsv_encoder"]


class _EcsvEncoder:
    is_by_batch = False

    def __init__(self, assignment: Assignment) -> None:
        self._schema = assignment.schema
        self._columns = assignment.columns
        self._maxrec = assignment.maxrec
        self._spool = Spool(assignment.schema, assignment.scratch)

    def head(self) -> bytes:
        return b""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        self._spool.add(batch)
        return b""

    def tail(self, outcome: Outcome) -> Iterable[bytes]:
        try:
            if outcome.message is None:
                self._spool.finish()
                names = (column.name for column in self._columns)
                yield "".join(f"# {line}\n" for line in self._header(outcome)).encode("ascii")
                yield line_of_names(names, _DIALECT)
                for batch in self._spool.batches():
                    yield lines_of(batch, _DIALECT)
        finally:
            self._spool.close()

    def _header(self, outcome: Outcome) -> Iterator[str]:
        yield from ("%ECSV 1.0", "---", "delimiter: ','", "datatype:")
        for field, column in zip(self._schema, self._columns, strict=True):
            yield f"- {_flow(_described(column, field.type))}"
        yield f"meta: {_flow({'QUERY_STATUS': outcome.status, 'MAXREC': self._maxrec})}"
        yield "schema: astropy-2.0"


def _described(column: ResultColumn, kind: pa.DataType) -> dict[str, object]:
    words = words_of(column)
    described: dict[str, object] = {"name": column.name, **_datatype(kind)}
    described |= {key: words[key] for key in ("unit", "description") if key in words}
    meta = {key: words[key] for key in ("ucd", "utype", "xtype") if key in words}
    return {**described, "meta": meta} if meta else described


def _datatype(kind: pa.DataType) -> dict[str, str]:
    types = pa.types
    if types.is_fixed_size_list(kind):
        return {"datatype": "string", "subtype": f"{_number(kind.value_type)}[{kind.list_size}]"}
    if types.is_list(kind):
        return {"datatype": "string", "subtype": f"{_number(kind.value_type)}[null]"}
    if types.is_binary(kind):
        return {"datatype": "string", "subtype": "uint8[null]"}
    is_number = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind)
    return {"datatype": _number(kind) if is_number else "string"}


def _number(kind: pa.DataType) -> str:
    """Return the name that numpy has for a type."""
    return {"float": "float32", "double": "float64"}.get(str(kind), str(kind))


def _flow(value: object) -> str:
    """Write YAML on one line and in ASCII, as readers other than astropy want it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(_escaped(character) for character in str(value)) + '"'


def _escaped(character: str) -> str:
    if " " <= character <= "~":
        return f"\\{character}" if character in '"\\' else character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _text_of(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_boolean(kind):
        return pc.if_else(array, "True", "False")
    if pa.types.is_nested(kind):
        return build_texts(None if value is None else json.dumps(value) for value in array.to_pylist())
    if pa.types.is_binary(kind):
        return build_texts(None if value is None else json.dumps(list(value)) for value in array.to_pylist())
    return as_text(array)


_DIALECT = Dialect(",", "\n", r'[",\r\n]|^\s|\s$|^$|^#', _text_of)


def make_ecsv_encoder(assignment: Assignment) -> Encoder:
    """Make an encoder of ECSV; it holds a batch in memory and the rows on disk."""
    return _EcsvEncoder(assignment)
