"""Reading a part of a file, if need be only what the kernel has in memory."""

from __future__ import annotations

import os

__all__ = ["read_part"]


def read_part(descriptor: int, size: int, offset: int, *, at_once: bool) -> bytes | bytearray | None:
    """Return bytes of a file; None if there are fewer, or if they would have to be waited for.

    Parameters
    ----------
    descriptor
        The file.
    size, offset
        How many bytes, from where on.
    at_once
        Whether nobody can wait for a disk (preadv2(2), RWF_NOWAIT).

    Raises
    ------
    OSError
        When the file cannot be read, or its kind cannot say whether it is in memory.
    """
    if not at_once:
        content = os.pread(descriptor, size, offset)
        return content if len(content) == size else None
    buffer = bytearray(size)
    try:
        count = os.preadv(descriptor, [buffer], offset, os.RWF_NOWAIT)
    except BlockingIOError:
        return None
    return buffer if count == size else None
