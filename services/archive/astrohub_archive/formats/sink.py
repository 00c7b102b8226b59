"""Where writers of whole files write, so that what they write can be sent piece by piece."""

from __future__ import annotations

import pyarrow as pa

__all__ = ["Sink"]


class Sink:
    """Collects what a stream writer writes until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._content = bytearray()

    def write(self, data: pa.Buffer) -> int:
        """Keep a copy of what was written."""
        self._content += memoryview(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `take` hands over what is there."""

    def close(self) -> None:
        """Do nothing: what was written stays until it is taken."""

    def take(self) -> memoryview:
        """Hand over what has been written since the last time."""
        taken, self._content = self._content, bytearray()
        return memoryview(taken)
