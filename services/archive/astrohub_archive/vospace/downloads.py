"""A file on its way out: its bytes, or a part of them, read as the client takes them."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ..errors import Conflict, RangeNotSatisfiable
from .nodes import Node

__all__ = ["Download", "Span", "span_of"]

_AT_ONCE = 1024**2
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Span:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int


class Download:
    """An open file; whoever gets one closes it by `cancel`, also at its end.

    Parameters
    ----------
    node
        What is told of the file.
    opened
        Its descriptor.
    """

    def __init__(self, node: Node, opened: int) -> None:
        self.node = node
        self.span = Span(0, node.size)
        self._opened: int | None = opened
        self._guard = threading.Lock()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes of `span`.

        Raises
        ------
        Conflict
            When the file has become shorter meanwhile.
        """
        position = self.span.start
        while position < self.span.end:
            data = await asyncio.to_thread(self._read, position, min(_AT_ONCE, self.span.end - position))
            if not data:
                raise Conflict(f"{self.node.path} became shorter while it was read.")
            position += len(data)
            yield data

    async def cancel(self) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            if self._opened is not None:
                os.close(self._opened)
                self._opened = None

    def _read(self, position: int, size: int) -> bytes:
        with self._guard:
            return b"" if self._opened is None else os.pread(self._opened, size, position)


def span_of(header: str, size: int) -> Span | None:
    """Read a Range header (RFC 9110, §14.2); None when it is to be ignored, as one of several parts is.

    Raises
    ------
    RangeNotSatisfiable
        When nothing of the file lies in it.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise RangeNotSatisfiable(
            f"The file has {size:,} bytes; nothing of it lies in {header.strip()[:60]}."
        )
    return Span(start, end)
