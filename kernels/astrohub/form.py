"""A form with files, as multipart/form-data (RFC 7578): files are read as it is sent, never as a whole."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator, Mapping
from typing import IO

__all__ = ["Form"]

_PIECE_BYTES = 256 * 1024


class Form:
    """What `requests` sends as a body of known length.

    Parameters
    ----------
    fields
        Values by their names.
    files
        Open files by the names of their parts.

    Attributes
    ----------
    content_type
        The header that goes with it.
    """

    def __init__(self, fields: Mapping[str, str], files: Mapping[str, IO[bytes]]) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._parts: list[IO[bytes]] = []
        for name, value in fields.items():
            self._parts.append(io.BytesIO(f"{_head(boundary, name)}\r\n{value}\r\n".encode()))
        for name, content in files.items():
            head = f"{_head(boundary, name, filename=name)}Content-Type: application/octet-stream\r\n\r\n"
            self._parts += [io.BytesIO(head.encode()), content, io.BytesIO(b"\r\n")]
        self._parts.append(io.BytesIO(f"--{boundary}--\r\n".encode()))
        self._length = sum(part.seek(0, os.SEEK_END) for part in self._parts)
        self.seek(0)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE_BYTES):
            yield piece

    def seek(self, position: int) -> None:
        """Begin again, after a redirection; there is no other position."""
        for part in self._parts:
            part.seek(position)
        self._current = 0

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes; none when all has been read."""
        while self._current < len(self._parts):
            if piece := self._parts[self._current].read(size if size >= 0 else _PIECE_BYTES):
                return piece
            self._current += 1
        return b""


def _head(boundary: str, name: str, *, filename: str | None = None) -> str:
    said = "" if filename is None else f'; filename="{filename}"'
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{said}\r\n'
