"""What slow readers have not read yet: files without names, and how much room they may take."""

from __future__ import annotations

import os
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from ..settings import SlowReaders

__all__ = ["Aside", "Shelf", "nobody"]

_NOBODY = "\0"


def nobody(address: str) -> str:
    """Return the owner of what is asked for from an address by nobody in particular."""
    return f"{_NOBODY}{address}"


class Aside:
    """The room that all answers share; nothing of it outlives the process.

    Parameters
    ----------
    folder
        Where the files lie.
    options
        How much room there is, and for how long.
    """

    def __init__(self, folder: Path, options: SlowReaders) -> None:
        self.options = options
        self._folder = folder
        self._held: Counter[str] = Counter()

    @property
    def held_bytes(self) -> int:
        """Return how many bytes wait for readers."""
        return self._held.total()

    def open(self) -> Shelf:
        """Return a place for one answer.

        Raises
        ------
        OSError
            When no file can be made.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        return Shelf(tempfile.TemporaryFile(dir=self._folder, buffering=0))

    def take(self, owner: str, size_bytes: int) -> bool:
        """Note that an owner's answers take more room; say whether it is theirs to take.

        Nobody has more than half of the room, so that there is some for others; all who are nobody in
        particular have half of it together, and an address an eighth.
        """
        self._held[owner] += size_bytes
        most = self.options.bytes_in_all
        if owner.startswith(_NOBODY):
            together = sum(size for one, size in self._held.items() if one.startswith(_NOBODY))
            if together > most // 2 or self._held[owner] > most // 8:
                return False
        return self._held[owner] <= most // 2 and self.held_bytes <= most

    def give_back(self, owner: str, size_bytes: int) -> None:
        """Note that an owner's answers take less room."""
        self._held[owner] -= size_bytes
        if not self._held[owner]:
            del self._held[owner]


class Shelf:
    """The bytes of one answer in the order in which they came. May be used from several threads.

    Parameters
    ----------
    file
        Where they lie.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._guard = threading.Lock()
        self._read = self._written = 0

    def put(self, content: bytes | bytearray) -> int:
        """Add bytes; return by how many the file has grown, which is less than nothing when it was read up.

        Raises
        ------
        OSError
            When the disk is full.
        """
        with self._guard:
            if self._file.closed:
                return 0
            before = self._written
            if self._read == self._written:
                os.ftruncate(self._file.fileno(), 0)
                self._read = self._written = 0
            view = memoryview(content)
            while view:
                count = os.pwrite(self._file.fileno(), view, self._written)
                self._written += count
                view = view[count:]
            return self._written - before

    def get(self, most_bytes: int) -> bytes:
        """Return the next bytes; none when all have been read, or the shelf is closed."""
        with self._guard:
            if self._file.closed:
                return b""
            size = min(most_bytes, self._written - self._read)
            content = os.pread(self._file.fileno(), size, self._read)
            self._read += len(content)
            return content

    def close(self) -> None:
        """Give the disk its room back."""
        with self._guard:
            self._file.close()
