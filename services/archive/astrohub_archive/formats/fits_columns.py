"""Columns of a FITS binary table (FITS 4.0, §7.3): what must be known of all values, and these as bytes.

A column first sees every row; then it knows its format and can write them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import QueryError
from .numbers import Values, big_endian, fixed_list
from .text import iso_timestamps

__all__ = ["FitsColumn", "fits_column"]

_CODES = {"uint8": "B", "int16": "I", "int32": "J", "int64": "K", "float32": "E", "float64": "D"}
_WIDER = {pa.uint8(): pa.int16(), pa.int16(): pa.int32(), pa.int32(): pa.int64()}


class FitsColumn(Protocol):
    """One column.

    Attributes
    ----------
    null
        The whole number that stands for NULL (TNULLn), if one does.
    width
        Bytes that each row has of it, or None if its values stand in the heap behind the rows.
    element_bytes
        Bytes of one element.
    heap_bytes
        Bytes that all its values take in the heap.
    """

    @property
    def null(self) -> int | None:
        """Return what stands for NULL."""

    @property
    def width(self) -> int | None:
        """Return the bytes in a row."""

    @property
    def element_bytes(self) -> int:
        """Return the bytes of one element."""

    @property
    def heap_bytes(self) -> int:
        """Return the bytes in the heap."""

    def see(self, array: pa.Array) -> None:
        """Take note of some of its values."""

    def form(self, *, wide: bool) -> str:
        """Return TFORMn; `wide` says that places in the heap take 64 bits."""

    def counts(self, array: pa.Array) -> Values:
        """Return how many elements each row has in the heap."""

    def values(self, array: pa.Array) -> Values:
        """Return the values that stand in the rows, or the bytes that stand in the heap."""


class _InRows:
    """What columns have in common whose values stand in the rows."""

    @property
    def heap_bytes(self) -> int:
        return 0

    def counts(self, array: pa.Array) -> Values:
        raise NotImplementedError


def fits_column(name: str, kind: pa.DataType) -> FitsColumn:
    """Return the column for values of a type of `Shape`."""
    types = pa.types
    if types.is_boolean(kind):
        return _Truths()
    if types.is_integer(kind) or types.is_floating(kind):
        return _Numbers(name, kind)
    if types.is_fixed_size_list(kind):
        return _Arrays(name, kind.value_type, kind.list_size)
    if types.is_list(kind):
        return _Lists(name, kind.value_type)
    if types.is_binary(kind):
        return _Octets()
    return _Texts()


class _Truths(_InRows):
    null: int | None = None
    width = element_bytes = 1

    def see(self, array: pa.Array) -> None:
        """Nothing depends on the values."""

    def form(self, *, wide: bool) -> str:
        return "L"

    def values(self, array: pa.Array) -> Values:
        truth = array.fill_null(False).to_numpy(zero_copy_only=False)
        letters = np.where(truth, ord("T"), ord("F")).astype(np.uint8)
        if array.null_count:
            letters[array.is_null().to_numpy(zero_copy_only=False)] = 0
        return letters


class _Numbers(_InRows):
    """Numbers. Among whole ones NULL is a number that no row has; where there is none, they are widened."""

    def __init__(self, name: str, kind: pa.DataType) -> None:
        self._name = name
        self._kind = kind
        self._has_null = False
        self._least: int | None = None
        self._most: int | None = None

    def see(self, array: pa.Array) -> None:
        if pa.types.is_floating(self._kind):
            return
        self._has_null = self._has_null or array.null_count > 0
        found = pc.min_max(array).as_py()
        if found["min"] is not None:
            self._least = found["min"] if self._least is None else min(self._least, found["min"])
            self._most = found["max"] if self._most is None else max(self._most, found["max"])

    @property
    def null(self) -> int | None:
        return self._written()[1]

    @property
    def element_bytes(self) -> int:
        return int(self._written()[0].bit_width // 8)

    @property
    def width(self) -> int | None:
        return self.element_bytes

    def form(self, *, wide: bool) -> str:
        return self._code()

    def values(self, array: pa.Array) -> Values:
        kind, null = self._written()
        return big_endian(array.cast(kind), 0 if null is None else null)

    def _code(self) -> str:
        return _CODES[str(self._written()[0].to_pandas_dtype().__name__)]

    def _written(self) -> tuple[pa.DataType, int | None]:
        """Return the type in which the numbers are written, and what stands for NULL."""
        kind = self._kind
        if not self._has_null or pa.types.is_floating(kind):
            return kind, None
        while True:
            limits = np.iinfo(kind.to_pandas_dtype())
            for candidate in (int(limits.min), int(limits.max)):
                if candidate not in (self._least, self._most):
                    return kind, candidate
            if kind not in _WIDER:
                raise QueryError(
                    f"The column {self._name} holds NULL and both ends of the 64-bit numbers, so that FITS "
                    "has no number left for NULL; ask for another format, or for these rows apart."
                )
            kind = _WIDER[kind]


class _Arrays(_Numbers):
    """Arrays of one length."""

    def __init__(self, name: str, kind: pa.DataType, size: int) -> None:
        super().__init__(name, kind)
        self._size = size

    def see(self, array: pa.Array) -> None:
        # Flattening leaves out the lists that are NULL; their elements are written as NULL.
        super().see(array.flatten())
        self._has_null = self._has_null or array.null_count > 0

    @property
    def width(self) -> int | None:
        return self._size * self.element_bytes

    def form(self, *, wide: bool) -> str:
        return f"{self._size}{self._code()}"

    def values(self, array: pa.Array) -> Values:
        kind, null = self._written()
        return fixed_list(array.cast(pa.list_(kind, self._size)), 0 if null is None else null)


class _Lists(_Numbers):
    """Arrays of any length: they stand in the heap, and a NULL one has no elements."""

    width = None

    def __init__(self, name: str, kind: pa.DataType) -> None:
        super().__init__(name, kind)
        self._longest = 0
        self._elements = 0

    def see(self, array: pa.Array) -> None:
        super().see(array.flatten())
        self._elements += len(array.flatten())
        self._longest = max(self._longest, pc.max(pc.list_value_length(array)).as_py() or 0)

    @property
    def heap_bytes(self) -> int:
        return self._elements * self.element_bytes

    def form(self, *, wide: bool) -> str:
        return f"1{'Q' if wide else 'P'}{self._code()}({self._longest})"

    def counts(self, array: pa.Array) -> Values:
        counts: Values = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
        return counts

    def values(self, array: pa.Array) -> Values:
        return super().values(array.flatten())


class _Texts(_InRows):
    """Texts as UTF-8, padded with zero bytes to the longest.

    FITS could put them into the heap as well, but astropy takes n² bytes to read n characters there.
    """

    null: int | None = None
    element_bytes = 1

    def __init__(self) -> None:
        self._longest = 1

    def see(self, array: pa.Array) -> None:
        self._longest = max(self._longest, pc.max(pc.binary_length(_as_bytes(array))).as_py() or 0)

    @property
    def width(self) -> int | None:
        return self._longest

    def form(self, *, wide: bool) -> str:
        return f"{self._longest}A"

    def values(self, array: pa.Array) -> Values:
        texts = _as_bytes(array)
        lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
        padded = np.zeros((len(texts), self._longest), dtype=np.uint8)
        padded[np.arange(self._longest) < lengths[:, None]] = _content(texts)
        return padded.view(f"S{self._longest}").reshape(-1)


class _Octets:
    """Bytes of any length: they stand in the heap."""

    null: int | None = None
    width = None
    element_bytes = 1

    def __init__(self) -> None:
        self.heap_bytes = self._longest = 0

    def see(self, array: pa.Array) -> None:
        lengths = pc.binary_length(array)
        self.heap_bytes += pc.sum(lengths).as_py() or 0
        self._longest = max(self._longest, pc.max(lengths).as_py() or 0)

    def form(self, *, wide: bool) -> str:
        return f"1{'Q' if wide else 'P'}B({self._longest})"

    def counts(self, array: pa.Array) -> Values:
        counts: Values = pc.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False)
        return counts

    def values(self, array: pa.Array) -> Values:
        return _content(array.fill_null(b""))


def _as_bytes(array: pa.Array) -> pa.Array:
    texts = iso_timestamps(array) if pa.types.is_temporal(array.type) else array
    return texts.cast(pa.binary()).fill_null(b"")


def _content(array: pa.Array) -> Values:
    """Return the bytes of all values, one after the other."""
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int32)[array.offset : array.offset + len(array) + 1]
    content = array.buffers()[2]
    if content is None or not len(array):
        return np.zeros(0, dtype=np.uint8)
    return np.frombuffer(content, dtype=np.uint8)[offsets[0] : offsets[-1]]
