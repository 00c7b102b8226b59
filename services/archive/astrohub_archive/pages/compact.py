"""Thrift's compact protocol, as far as footers and page headers of Parquet files need it.

Written after the Apache Thrift specification "Thrift Compact protocol encoding".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["BINARY", "I32", "I64", "LIST", "STRUCT", "Reader", "listed", "number", "struct", "text"]

_TRUE, _FALSE, _BYTE, _I16 = 1, 2, 3, 4
I32, I64 = 5, 6
_DOUBLE = 7
BINARY = 8
LIST = 9
_SET = 10
STRUCT = 12

_LONG_LIST = 15
_DOUBLE_BYTES = 8
_MOST_VARINT_BITS = 63
_DEEPEST = 16


class Reader:
    """Reads values one after the other.

    Parameters
    ----------
    content
        The bytes.
    place
        Where the next value begins.

    Raises
    ------
    ValueError
        By every method, when the bytes do not hold what is read.
    """

    def __init__(self, content: bytes | bytearray, place: int = 0) -> None:
        self._content = content
        self.place = place

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield number and kind of each field of a struct; whoever asks reads or skips its value."""
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self.number()
            yield field, head & 0x0F

    def number(self) -> int:
        """Read a whole number of 16, 32 or 64 bits."""
        unsigned = self._varint()
        return (unsigned >> 1) ^ -(unsigned & 1)

    def elements(self) -> int:
        """Read the head of a list; return how many elements follow."""
        return self._list()[0]

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass over the value of a field."""
        if depth > _DEEPEST:
            raise ValueError("fields within fields without end")
        if kind in (_BYTE, _I16, I32, I64):
            self._varint()
        elif kind == BINARY:
            length = self._varint()
            self._pass(length)
        elif kind == STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth + 1)
        elif kind in (LIST, _SET):
            count, inner = self._list()
            for _ in range(count):
                # In a list each truth value takes a byte.
                self._pass(1) if inner in (_TRUE, _FALSE, _BYTE) else self.skip(inner, depth + 1)
        elif kind == _DOUBLE:
            self._pass(_DOUBLE_BYTES)
        elif kind not in (_TRUE, _FALSE):
            raise ValueError(f"a field of kind {kind}")

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        count = head >> 4
        return (self._varint() if count == _LONG_LIST else count), head & 0x0F

    def _byte(self) -> int:
        try:
            value = self._content[self.place]
        except IndexError:
            raise ValueError("it ends too early") from None
        self.place += 1
        return value

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
            if shift > _MOST_VARINT_BITS:
                raise ValueError("a number of more than 64 bits")

    def _pass(self, length: int) -> None:
        if length > len(self._content) - self.place:
            raise ValueError("it ends too early")
        self.place += length


def number(value: int) -> bytes:
    """Return a whole number."""
    return _varint(value << 1 if value >= 0 else ~value << 1 | 1)


def text(value: bytes) -> bytes:
    """Return a text or other bytes."""
    return _varint(len(value)) + value


def listed(kind: int, elements: Sequence[bytes]) -> bytes:
    """Return a list."""
    count = len(elements)
    head = bytes([count << 4 | kind]) if count < _LONG_LIST else bytes([0xF0 | kind]) + _varint(count)
    return head + b"".join(elements)


def struct(*fields: tuple[int, int, bytes]) -> bytes:
    """Return a struct of fields: number, kind and value of each, in the order of their numbers."""
    parts = []
    before = 0
    for field, kind, value in fields:
        assert 0 < field - before < _LONG_LIST
        parts += [bytes([field - before << 4 | kind]), value]
        before = field
    return b"".join([*parts, b"\0"])


def _varint(value: int) -> bytes:
    content = bytearray()
    while value > 0x7F:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    content.append(value)
    return bytes(content)
