"""The header of a page of a Parquet file (parquet.thrift, `PageHeader`)."""

from __future__ import annotations

from dataclasses import dataclass

from .compact import I32, STRUCT, Reader

__all__ = ["DATA_PAGE", "Header", "page_header"]

DATA_PAGE = 0
"""The kind of a page of values, of the first version."""


@dataclass(frozen=True)
class Header:
    """What a header says: -1 stands for what it does not say."""

    kind: int
    unpacked_bytes: int
    packed_bytes: int
    values: int


def page_header(content: bytes | bytearray, begin: int = 0) -> tuple[Header, int]:
    """Read the header that begins at some place; return it, and where the page's bytes begin.

    Raises
    ------
    ValueError
        When there is none.
    """
    reader = Reader(content, begin)
    numbers = {1: -1, 2: -1, 3: -1}
    values = -1
    for field, form in reader.fields():
        if field in numbers and form == I32:
            numbers[field] = reader.number()
        elif field == 5 and form == STRUCT:
            values = _values(reader)
        else:
            reader.skip(form)
    return Header(numbers[1], numbers[2], numbers[3], values), reader.place


def _values(reader: Reader) -> int:
    """Read a `DataPageHeader`; return how many values are in its page, NULL included."""
    values = -1
    for field, form in reader.fields():
        if field == 1 and form == I32:
            values = reader.number()
        else:
            reader.skip(form)
    return values
