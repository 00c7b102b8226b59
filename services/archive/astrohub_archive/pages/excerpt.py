"""Excerpts: Parquet files in memory, made of some pages of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from .compact import BINARY, I32, I64, LIST, STRUCT, Reader, listed, number, struct, text

__all__ = ["Leaf", "Template", "leaves_of"]

_MAGIC = b"PAR1"
_LENGTH_BYTES = 4
_VERSION = 2
_REQUIRED = 0
_ENCODINGS = {"PLAIN": 0, "RLE": 3, "DELTA_BINARY_PACKED": 5, "BYTE_STREAM_SPLIT": 9}
_TYPES = {"BOOLEAN": 0, "INT32": 1, "INT64": 2, "FLOAT": 4, "DOUBLE": 5, "BYTE_ARRAY": 6}
_CODECS = {"ZSTD": 6, "LZ4": 7}
"""Numbers of parquet.thrift for what our files have, as pyarrow calls it; its LZ4 is LZ4_RAW there."""


@dataclass(frozen=True)
class Leaf:
    """One column of a file: its name and type, its element of the schema as it stands there, its packing."""

    name: str
    type: pa.DataType
    element: bytes
    kind: int
    codec: int
    encodings: tuple[int, ...]


def leaves_of(schema: bytes, packings: Sequence[tuple[str, str, list[str]]]) -> tuple[Leaf | None, ...]:
    """Return the columns of the files of a catalogue, of which none has parts; None for unusual ones.

    Parameters
    ----------
    schema
        A Parquet file of the same schema (HATS: `_common_metadata`).
    packings
        For each column physical type, codec and encodings, as pyarrow names them.

    Raises
    ------
    ValueError, pyarrow.ArrowException
        When it cannot be read.
    """
    elements = _elements(schema)
    fields = pq.read_schema(pa.BufferReader(schema))
    if not len(fields) == len(elements) == len(packings):
        raise ValueError("its columns have parts")
    found = zip(fields, elements, packings, strict=True)
    return tuple(_leaf(field, element, packing) for field, element, packing in found)


def _leaf(field: pa.Field, element: bytes, packing: tuple[str, str, list[str]]) -> Leaf | None:
    kind, codec, words = packing
    if kind not in _TYPES or codec not in _CODECS or not set(words) <= _ENCODINGS.keys():
        return None
    encodings = tuple(_ENCODINGS[word] for word in words)
    return Leaf(field.name, field.type, element, _TYPES[kind], _CODECS[codec], encodings)


def _elements(content: bytes) -> list[bytes]:
    """Return the elements of a schema as they stand in a footer, the root left out."""
    length = int.from_bytes(content[-_LENGTH_BYTES - len(_MAGIC) : -len(_MAGIC)], "little")
    reader = Reader(content, len(content) - len(_MAGIC) - _LENGTH_BYTES - length)
    for field, kind in reader.fields():
        if field == 2 and kind == LIST:
            begins = []
            for _ in range(reader.elements()):
                begins.append(reader.place)
                reader.skip(STRUCT)
            ends = [*begins[1:], reader.place]
            return [content[begin:end] for begin, end in zip(begins[1:], ends[1:], strict=True)]
        reader.skip(kind)
    raise ValueError("it has no schema")


class Template:
    """Makes Parquet files of one row group that have certain columns.

    Parameters
    ----------
    leaves
        The columns.
    """

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.width = len(leaves)
        """How many columns there are."""
        root = struct(
            (3, I32, number(_REQUIRED)), (4, BINARY, text(b"schema")), (5, I32, number(len(leaves)))
        )
        schema = listed(STRUCT, [root, *(leaf.element for leaf in leaves)])
        # Structs whose last fields are still to be written: without the byte that ends them.
        self._head = struct((1, I32, number(_VERSION)), (2, LIST, schema))[:-1]
        self._chunks = [_chunk_head(leaf) for leaf in leaves]

    def excerpt(self, pages: Sequence[Sequence[bytes | bytearray]], rows: int) -> pa.Buffer:
        """Return a file.

        Parameters
        ----------
        pages
            For each column its pages, headers included.
        rows
            How many rows are in them.
        """
        begin, count, chunks = len(_MAGIC), number(rows), []
        for head, column in zip(self._chunks, pages, strict=True):
            size_bytes = sum(map(len, column))
            size = number(size_bytes)
            # Number of values; how long the pages are unpacked nobody asks; their place. Two structs end.
            chunks.append(
                b"".join(
                    (head, b"\x16", count, b"\x16", size, b"\x16", size, b"\x26", number(begin), b"\0\0")
                )
            )
            begin += size_bytes
        group = struct((1, LIST, listed(STRUCT, chunks)), (2, I64, number(begin)), (3, I64, count))
        footer = b"".join((self._head, b"\x16", count, b"\x19", listed(STRUCT, [group]), b"\0"))
        length = len(footer).to_bytes(_LENGTH_BYTES, "little")
        body = (page for column in pages for page in column)
        return pa.py_buffer(b"".join([_MAGIC, *body, footer, length, _MAGIC]))


def _chunk_head(leaf: Leaf) -> bytes:
    """Return how the `ColumnChunk` of a column begins, up to how many values it has (parquet.thrift)."""
    metadata = struct(
        (1, I32, number(leaf.kind)),
        (2, LIST, listed(I32, [number(word) for word in leaf.encodings])),
        (3, LIST, listed(BINARY, [text(leaf.name.encode())])),
        (4, I32, number(leaf.codec)),
    )
    return struct((2, I64, number(0)), (3, STRUCT, metadata[:-1]))[:-1]
